// parameter: connectors.hubspot.signIn.accessToken
// line: signIn: { kind: 'privateApp', accessToken: 'pat-na1-0000', secrets: { accessToken: 'hubspot-access-token' } }
// cure: must be left out; connectors.hubspot.signIn has only kind, secrets
// code: BCP037
using '../../../infra/main.bicep'

param environmentName = 'wrong'

param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', accessToken: 'pat-na1-0000', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
}

param teams = { marketing: { recipients: ['marketing@example.com'] }, sales: { recipients: ['sales@example.com'] } }

param ops = { recipients: ['ops@example.com'] }
