// parameter: connectors.hubspot.stageMap.prospect
// line: stageMap: { prospect: 'intrest' }
// cure: Did you mean 'interest'?
// code: BCP088
using '../../../infra/main.bicep'

param environmentName = 'wrong'

param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
    stageMap: { prospect: 'intrest' }
  }
}

param teams = { marketing: { recipients: ['marketing@example.com'] }, sales: { recipients: ['sales@example.com'] } }

param ops = { recipients: ['ops@example.com'] }
