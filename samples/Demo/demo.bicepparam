using '../../infra/main.bicep'

// The demo as a deployment would write it: seconds instead of days. Addresses and secrets of the sandbox come at its start.
param environmentName = 'demo'
param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 62515
  }
  salesforce: {
    type: 'Salesforce'
    clientId: 'sandbox-salesforce-client'
    organizationId: '00D5g000001AbCdEAK'
    signIn: { kind: 'clientCredentials', secrets: { clientSecret: 'salesforce-client-secret' } }
    baseUrl: 'https://example.my.salesforce.com'
    returnReasonField: 'Return_Reason__c'
  }
}

param teams = {
  marketing: { recipients: ['marketing@example.com'] }
  sales: { recipients: ['sales@example.com'] }
}

param ops = { recipients: ['ops@example.com'] }

param calendar = { timeZone: 'Etc/UTC', workingDays: 'Mon-Sun', hours: '00:00-24:00' }

param funnel = {
  stages: {
    interest: { stallAfter: '00:00:25' }
    evaluation: { acceptWithin: '00:00:20' }
  }
}

param alerts = {
  headsUpAt: 'off'
  escalateAt: 'off'
  groupWait: '00:00:01'
  groupInterval: '00:00:02'
  catchUp: '00:00:05'
}

param platform = {
  mailFrom: 'hub@example.com'
  extraSettings: {
    Hub__RetryDelays: '00:00:01,00:00:01,00:00:02,00:00:03,00:00:05,00:00:08,00:00:13'
    Schedules__PollConnectors: '* * * * * *'
    Schedules__DetectOutages: '* * * * * *'
    Schedules__DetectStalls: '* * * * * *'
    Schedules__DrainSpool: '*/5 * * * * *'
    Schedules__SweepErasures: '*/5 * * * * *'
    Schedules__SendMails: '* * * * * *'
  }
}
