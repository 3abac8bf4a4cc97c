// What the compiler finds.

// parameter: location
// cure: must be set: The Azure region
// code: BCP258
using '../../../infra/main.bicep'

param environmentName = 'wrong'

param connectors = {
  text: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    // parameter: connectors.text.portalId
    // cure: must be a whole number, for example 62515
    // code: BCP036
    portalId: '12345'
  }
  // parameter: connectors.without.portalId
  // cure: must be set: The account whose events count.
  // code: BCP035
  without: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
  }
  negative: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    // parameter: connectors.negative.portalId
    // cure: must be at least 1
    // code: BCP328
    portalId: -12345
  }
  foreign: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
    // parameter: connectors.foreign.pollTasks
    // cure: must be left out; connectors.foreign has only
    // code: BCP037
    pollTasks: true
  }
  // parameter: connectors.capital.portalId
  // cure: must be set
  // code: BCP035
  capital: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    // parameter: connectors.capital.portalID
    // cure: must be left out; connectors.capital has only appUrl
    // code: BCP089
    portalID: 12345
  }
  salesforce: {
    type: 'Salesforce'
    clientId: '3MVG9example'
    baseUrl: 'https://example.my.salesforce.com'
    // parameter: connectors.salesforce.organizationId
    // cure: must have a length of at least 15
    // code: BCP333
    organizationId: '00D'
    signIn: { kind: 'clientCredentials', secrets: { clientSecret: 'salesforce-client-secret' } }
  }
  profile: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
    // parameter: connectors.profile.writeProfile[1]
    // cure: must be one of 'company'
    // code: BCP034
    writeProfile: ['phone', 'fax']
  }
  unsigned: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    // parameter: connectors.unsigned.secrets.clientSecret
    // cure: must be set: The client secret of the app
    // code: BCP035
    secrets: {}
    portalId: 12345
  }
  outside: {
    type: 'HubSpot'
    // parameter: connectors.outside.signIn.accessToken
    // cure: must be left out; connectors.outside.signIn has only kind, secrets
    // code: BCP037
    signIn: { kind: 'privateApp', accessToken: 'pat-na1-0000', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
  mixed: {
    type: 'HubSpot'
    // parameter: connectors.mixed.signIn.secrets.refreshToken
    // cure: must be set: An OAuth app's refresh token
    // code: BCP035
    signIn: { kind: 'oauth', clientId: 'app', secrets: {} }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
  mapped: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
    // parameter: connectors.mapped.stageMap.prospect
    // cure: Did you mean 'interest'?
    // code: BCP088
    stageMap: { prospect: 'intrest' }
  }
  // parameter: connectors.nobody.type
  // cure: must be set to one of 'AccountEngagement'
  // code: BCP078
  nobody: {
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
  zoho: {
    // parameter: connectors.zoho.type
    // cure: must be one of 'AccountEngagement'
    // code: BCP036
    type: 'Zoho'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
  }
}

param teams = { marketing: { recipients: ['marketing@example.com'] }, sales: { recipients: ['sales@example.com'] } }

param ops = { recipients: ['ops@example.com'] }

param funnel = {
  // parameter: funnel.systemOfRecord
  // cure: must be a text in quotes
  // code: BCP036
  systemOfRecord: ['hubspot', 'salesforce']
  // parameter: funnel.stages.qualified
  // cure: must be left out; funnel.stages has only awareness
  // code: BCP037
  stages: { qualified: { stallAfter: '5.00:00:00' } }
}

param owners = {
  // parameter: owners.ada
  // cure: must stand once
  // code: BCP025
  ada: { id: { salesforce: '005000000000002' } }
  ada: { id: { salesforce: '005000000000003' } }
}

// parameter: writeback
// cure: must be one of the parameters of the template: environmentName
// code: BCP259
param writeback = { maxOverwrites: 3 }
