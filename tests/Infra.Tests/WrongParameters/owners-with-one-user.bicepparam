// parameter: owners.grace.id.salesforce
// line: param owners = { ada: { id: { salesforce: '005000000000002' } }, grace: { id: { salesforce: '005000000000002' } } }
// cure: must be the id of a user that no other owner has
using '../../../infra/main.bicep'

param environmentName = 'wrong'

param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
  salesforce: {
    type: 'Salesforce'
    clientId: '3MVG9example'
    baseUrl: 'https://example.my.salesforce.com'
    organizationId: '00D000000000001'
    signIn: { kind: 'clientCredentials', secrets: { clientSecret: 'salesforce-client-secret' } }
  }
}

param teams = { marketing: { recipients: ['marketing@example.com'] }, sales: { recipients: ['sales@example.com'] } }

param ops = { recipients: ['ops@example.com'] }

param owners = { ada: { id: { salesforce: '005000000000002' } }, grace: { id: { salesforce: '005000000000002' } } }
