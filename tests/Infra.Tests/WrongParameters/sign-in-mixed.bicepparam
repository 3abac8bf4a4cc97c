// parameter: connectors.hubspot.signIn.secrets.refreshToken
// line: signIn: { kind: 'oauth', clientId: 'app', secrets: {} }
// cure: must be set: An OAuth app's refresh token
// code: BCP035
using '../../../infra/main.bicep'

param environmentName = 'wrong'

param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'oauth', clientId: 'app', secrets: {} }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
}

param teams = { marketing: { recipients: ['marketing@example.com'] }, sales: { recipients: ['sales@example.com'] } }

param ops = { recipients: ['ops@example.com'] }
