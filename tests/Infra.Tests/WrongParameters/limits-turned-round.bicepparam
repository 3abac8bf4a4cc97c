// parameter: funnel.stages.evaluation.acceptWithin
// line: param funnel = { stages: { evaluation: { stallAfter: '08:00:00', acceptWithin: '3.00:00:00' } } }
// cure: must be at most stallAfter
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

param funnel = { stages: { evaluation: { stallAfter: '08:00:00', acceptWithin: '3.00:00:00' } } }
