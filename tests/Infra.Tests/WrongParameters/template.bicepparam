// What the rules of the template find, and secrets in the place of their names.

using '../../../infra/main.bicep'

param environmentName = 'wrong'

param location = 'westeurope'

// parameter: connectors
// cure: must be letters and digits only, for example hubspot
param connectors = {
  'hub-spot': {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
  clear: {
    type: 'HubSpot'
    // parameter: connectors.clear.signIn.secrets.accessToken
    // cure: must be the name of a secret in the Key Vault, not the secret itself
    signIn: { kind: 'privateApp', secrets: { accessToken: 'pat-na1-11111111-2222-3333-4444-555555555555' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
  blanks: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    // parameter: connectors.blanks.secrets.clientSecret
    // cure: must be the name of a secret in the Key Vault, of letters, digits and -
    secrets: { clientSecret: 'our client secret' }
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

param funnel = {
  // parameter: funnel.systemOfRecord
  // cure: must be one of the connectors: blanks, clear, hub-spot, salesforce
  systemOfRecord: 'zendesk'
  // parameter: funnel.stages.evaluation.owner
  // cure: must be one of the teams: marketing, sales
  stages: { evaluation: { owner: 'sails' } }
}

// parameter: owners
// cure: must have names that differ by more than capital letters
param owners = { ada: { id: { salesforce: '005000000000002' } }, Ada: { id: { salesforce: '005000000000003' } } }

// parameter: routing.sales.fallback
// cure: must be one of the owners: ada, Ada
param routing = { sales: { fallback: 'alan', routes: [{ owner: 'ada' }] } }

param platform = {
  // parameter: platform.publicUrl
  // cure: must be an https address, for example https://hub.example.com
  publicUrl: 'http://hub.example.com'
  // parameter: platform.extraSettings.Hub__LinkKey
  // cure: must be a reference to the Key Vault
  extraSettings: { Hub__LinkKey: 'abc' }
}
