// parameter: platform.extraSettings.Hub__ReplayPerSec
// line: param platform = { extraSettings: { Hub__ReplayPerSec: '50' } }
// cure: must be the name of a setting that the hub reads, for example Hub__ReplayPerSecond
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

param platform = { extraSettings: { Hub__ReplayPerSec: '50' } }
