// parameter: connectors.hubspot.writeProfile[1]
// line: writeProfile: ['phone', 'fax']
// cure: must be one of 'company'
// code: BCP034
using '../../../infra/main.bicep'

param environmentName = 'wrong'

param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
    writeProfile: ['phone', 'fax']
  }
}

param teams = { marketing: { recipients: ['marketing@example.com'] }, sales: { recipients: ['sales@example.com'] } }

param ops = { recipients: ['ops@example.com'] }
