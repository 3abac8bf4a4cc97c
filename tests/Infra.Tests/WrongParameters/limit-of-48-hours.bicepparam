// parameter: funnel.stages.interest.stallAfter
// line: param funnel = { stages: { interest: { stallAfter: '48:00:00' } } }
// cure: must be a time longer than zero as d.hh:mm:ss
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

param funnel = { stages: { interest: { stallAfter: '48:00:00' } } }
