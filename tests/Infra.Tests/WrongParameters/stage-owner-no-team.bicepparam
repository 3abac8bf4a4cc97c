// parameter: funnel.stages.evaluation.owner
// line: param funnel = { stages: { evaluation: { owner: 'sails' } } }
// cure: must be one of the teams: marketing, sales
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

param funnel = { stages: { evaluation: { owner: 'sails' } } }
