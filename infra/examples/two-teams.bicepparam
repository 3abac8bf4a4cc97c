using '../main.bicep'

param environmentName = 'twoteams'
param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
    appUrl: 'https://app-eu1.hubspot.com'
    stageMap: { marketingqualifiedlead: 'evaluation', 'Früher Kontakt': 'interest' }
    writeProfile: ['phone', 'company']
  }
  salesforce: {
    type: 'Salesforce'
    clientId: '3MVG9example'
    baseUrl: 'https://example.my.salesforce.com'
    organizationId: '00D000000000001'
    signIn: { kind: 'clientCredentials', secrets: { clientSecret: 'salesforce-client-secret' } }
  }
}

param teams = {
  marketing: { recipients: ['marketing@example.com'] }
  sales: {
    recipients: ['sales@example.com']
    managers: ['head-of-sales@example.com']
    quietHours: '18:00-08:00'
  }
}

param ops = { recipients: ['ops@example.com'] }

param calendar = {
  timeZone: 'Europe/Berlin'
  workingDays: 'Mon-Fri'
  hours: '09:00-17:30'
  holidays: ['2026-12-25', '2026-12-26']
}

param funnel = {
  systemOfRecord: 'salesforce'
  stages: {
    interest: { stallAfter: '5.00:00:00' }
    evaluation: { stallAfter: '3.00:00:00', acceptWithin: '08:00:00' }
  }
}
