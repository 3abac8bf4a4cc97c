// parameter: funnel.stages.qualified
// line: param funnel = { stages: { qualified: { stallAfter: '5.00:00:00' } } }
// cure: must be left out; funnel.stages has only awareness
// code: BCP037
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
}

param teams = { marketing: { recipients: ['marketing@example.com'] }, sales: { recipients: ['sales@example.com'] } }

param ops = { recipients: ['ops@example.com'] }

param funnel = { stages: { qualified: { stallAfter: '5.00:00:00' } } }
