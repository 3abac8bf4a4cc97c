// parameter: connectors.salesforce.organizationId
// line: organizationId: '00D'
// cure: must have a length of at least 15
// code: BCP333
using '../../../infra/main.bicep'

param environmentName = 'wrong'

param location = 'westeurope'

param connectors = {
  salesforce: {
    type: 'Salesforce'
    clientId: '3MVG9example'
    baseUrl: 'https://example.my.salesforce.com'
    organizationId: '00D'
    signIn: { kind: 'clientCredentials', secrets: { clientSecret: 'salesforce-client-secret' } }
  }
}

param teams = { marketing: { recipients: ['marketing@example.com'] }, sales: { recipients: ['sales@example.com'] } }

param ops = { recipients: ['ops@example.com'] }
