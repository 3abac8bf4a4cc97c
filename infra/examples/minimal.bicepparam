using '../main.bicep'

param environmentName = 'minimal'
param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
}

param teams = {
  marketing: { recipients: ['marketing@example.com'] }
}

param ops = { recipients: ['ops@example.com'] }
