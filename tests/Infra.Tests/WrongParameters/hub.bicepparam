// What the readers of the hub find.

using '../../../infra/main.bicep'

param environmentName = 'wrong'

param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'privateApp', secrets: { accessToken: 'hubspot-access-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
    // parameter: connectors.hubspot.baseUrl
    // cure: must be an https address
    baseUrl: 'http://api.hubapi.com'
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
  stages: {
    // parameter: funnel.stages.interest.stallAfter
    // cure: must be a time longer than zero as d.hh:mm:ss, for example 2.00:00:00
    interest: { stallAfter: '-5.00:00:00' }
    // parameter: funnel.stages.awareness.stallAfter
    // cure: must be a time longer than zero as d.hh:mm:ss
    awareness: { stallAfter: '48:00:00' }
  }
}

param calendar = {
  // parameter: calendar.hours
  // cure: must be opening and closing within one day
  hours: '17:30-09:00'
  // parameter: calendar.timeZone
  // cure: must be an IANA time zone, for example Europe/Berlin
  timeZone: 'Europe/Berln'
}

param alerts = {
  // parameter: alerts.headsUpAt
  // cure: must be a share of the limit above 0 and below 1, or off, for example 0.75
  headsUpAt: '1.5'
}

param owners = {
  ada: { id: { salesforce: '005000000000002' } }
  // parameter: owners.grace.id.salesforce
  // cure: must be the id of a user that no other owner has
  grace: { id: { salesforce: '005000000000002' } }
  // parameter: owners.alan.id.salesforce
  // cure: must be the id of their user in salesforce
  alan: { id: {}, email: 'alan@example.com' }
}

param routing = { sales: { fallback: 'alan', routes: [{ owner: 'ada' }] } }

// parameter: platform.extraSettings.Hub__ReplayPerSec
// cure: must be the name of a setting that the hub reads, for example Hub__ReplayPerSecond
param platform = { extraSettings: { Hub__ReplayPerSec: '50' } }
