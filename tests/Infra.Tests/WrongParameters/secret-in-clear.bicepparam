// parameter: connectors.hubspot.signIn.secrets.accessToken
// line: signIn: { kind: 'privateApp', secrets: { accessToken: 'pat-na1-11111111-2222-3333-4444-555555555555' } }
// cure: must be the name of a secret in the Key Vault, not the secret itself
using '../../../infra/main.bicep'

param environmentName = 'wrong'

param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'pat-na1-11111111-2222-3333-4444-555555555555' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
}

param teams = { marketing: { recipients: ['marketing@example.com'] }, sales: { recipients: ['sales@example.com'] } }

param ops = { recipients: ['ops@example.com'] }
