// parameter: connectors.hubspot.portalID
// line: portalID: 12345
// also: connectors.hubspot.portalId
// cure: must be left out; connectors.hubspot has only appUrl
// code: BCP089
using '../../../infra/main.bicep'

param environmentName = 'wrong'

param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalID: 12345
  }
}

param teams = { marketing: { recipients: ['marketing@example.com'] }, sales: { recipients: ['sales@example.com'] } }

param ops = { recipients: ['ops@example.com'] }
