using '../main.bicep'

param environmentName = 'everything'
param location = 'westeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'oauth', clientId: 'hubspot-app', secrets: { refreshToken: 'hubspot-refresh-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
    appUrl: 'https://app-eu1.hubspot.com'
    baseUrl: 'https://api.hubapi.com'
    returnReasonProperty: 'return_reason'
    campaignProperty: 'utm_campaign'
    phoneRegion: 'DE'
    stageMap: { prospect: 'interest' }
    dealStageMap: { signed: 'won' }
    dealTypeMap: { existingbusiness: 'repeat' }
    writeStage: { interest: 'prospect' }
    writeProfile: ['phone', 'company', 'jobTitle', 'firstName', 'lastName', 'region']
  }
  klaviyo: {
    type: 'Klaviyo'
    secrets: { apiKey: 'klaviyo-api-key', webhookSecret: 'klaviyo-webhook-secret' }
    accountId: 'XyZ123'
    baseUrl: 'https://a.klaviyo.com'
    topicMap: { 'event:klaviyo.ordered_product': 'conversion' }
    stageMap: { Nurturing: 'interest' }
    stageProperty: 'funnel_stage'
    previousStageProperty: 'former_stage'
    writeStageProperty: 'funnel_stage'
    noteProperty: 'sales_note'
    phoneRegion: 'DE'
    writeProfile: ['phone', 'company']
  }
  customerio: {
    type: 'CustomerIo'
    secrets: { signingKey: 'customerio-signing-key', apiKey: 'customerio-api-key', appKey: 'customerio-app-key' }
    siteId: '0123456789abcdef0123'
    baseUrl: 'https://track-eu.customer.io'
    appBaseUrl: 'https://api-eu.customer.io'
    tolerance: '12:00:00'
    writeStageAttribute: 'funnel_stage'
    noteAttribute: 'sales_note'
    phoneRegion: 'DE'
    writeProfile: ['phone', 'region']
  }
  pardot: {
    type: 'AccountEngagement'
    secrets: { clientSecret: 'pardot-client-secret' }
    clientId: '3MVG9example'
    loginUrl: 'https://acme.my.salesforce.com'
    businessUnitId: '0Uv000000000001CAA'
    baseUrl: 'https://pi.demo.pardot.com'
    stageMap: { '77': 'interest' }
    pollOverlap: '00:10:00'
    pollSince: '2026-01-01T00:00:00Z'
    phoneRegion: 'DE'
    writeProfile: ['phone', 'region']
  }
  mailchimp: {
    type: 'Mailchimp'
    secrets: { apiKey: 'mailchimp-api-key', signingSecret: 'mailchimp-signing-secret', urlToken: 'mailchimp-url-token' }
    listId: 'b7c1d2e3f4'
    baseUrl: 'https://us21.api.mailchimp.com'
    stageMergeField: 'STAGE'
    stageMap: { Nurturing: 'interest' }
    writeStageMergeField: 'STAGE'
    phoneRegion: 'DE'
    writeProfile: ['phone', 'company']
  }
  mautic: {
    type: 'Mautic'
    secrets: { webhookSecret: 'mautic-webhook-secret', clientSecret: 'mautic-client-secret' }
    clientId: '1_3bcbxd9e24g0gk4swg0kwg'
    baseUrl: 'https://mautic.example.com'
    stageMap: { Demo: 'evaluation' }
    writeStage: { evaluation: 'Demo' }
    phoneRegion: 'DE'
    writeProfile: ['phone', 'jobTitle']
  }
  pipedrive: {
    type: 'Pipedrive'
    secrets: { apiToken: 'pipedrive-api-token', webhookPassword: 'pipedrive-webhook-password' }
    baseUrl: 'https://acme.pipedrive.com'
    companyId: '7000001'
    webhookUser: 'hub-pipedrive'
    userId: '7100009'
    ownerId: '7100001'
    handoffAs: 'deal'
    activityType: 'call'
    stageMap: { lead: 'interest' }
    dealStageMap: { '1': 'interest', '5': 'commitment' }
    writeStage: {
      awareness: '1'
      interest: '1'
      evaluation: '3'
      commitment: '5'
      referral: '5'
      repeat: '3'
    }
    stageField: '1c2f0c2f7a6f4c1d8e5b3a2109f8e7d6c5b4a392'
    jobTitleField: '9c2f0c2f7a6f4c1d8e5b3a2109f8e7d6c5b4a392'
    returnReasonField: '2c2f0c2f7a6f4c1d8e5b3a2109f8e7d6c5b4a392'
    pollEvery: '00:10:00'
    pollOverlap: '00:06:00'
    pollSince: '2026-03-02T00:00:00Z'
    phoneRegion: 'DE'
    writeProfile: ['phone', 'jobTitle']
  }
  dynamics: {
    type: 'Dynamics'
    signIn: {
      kind: 'clientCredentials'
      tenantId: '7e000000-0000-4000-8000-000000000001'
      clientId: '7e000000-0000-4000-8000-000000000002'
      loginUrl: 'https://login.microsoftonline.us'
      secrets: { clientSecret: 'dynamics-client-secret' }
    }
    secrets: { webhookSecret: 'dynamics-webhook-secret' }
    baseUrl: 'https://acme.api.crm4.dynamics.com'
    appUrl: 'https://acme.crm4.dynamics.com'
    apiVersion: 'v9.1'
    organizationId: 'c0000000-0003-4000-8000-00000000000c'
    applicationUserId: 'feed0000-0000-0000-0000-00000000beef'
    webhookHeader: 'x-key'
    webhookParameter: 'key'
    leadKey: 'acme_hubleadid'
    stageField: 'acme_funnelstage'
    returnReasonField: 'acme_returnreason'
    ownerId: 'a0000000-0002-4000-8000-00000000000a'
    initialStatuses: ['1', '100000000']
    reopenReturned: false
    stageMap: { 'lead.statuscode=100000000': 'interest' }
    dealStageMap: { 'salesstage=4': 'commitment' }
    pollTasks: false
    pollEvery: '00:05:00'
    pollSince: '2026-03-02T00:00:00Z'
    phoneRegion: 'DE'
    writeProfile: ['phone', 'jobTitle']
  }
  marketo: {
    type: 'Marketo'
    secrets: { clientSecret: 'marketo-client-secret', webhookToken: 'marketo-webhook-token' }
    munchkinId: '123-ABC-456'
    clientId: '4c2e7b1d-example'
    baseUrl: 'https://123-abc-456.mktorest.com'
    appUrl: 'https://app-ab12.marketo.com'
    stageField: 'leadStatus'
    stageMap: { 'Sales Ready': 'evaluation' }
    activityTypes: '2,9,32,104'
    pollOverlap: '00:10:00'
    pollSince: '2026-01-01T00:00:00Z'
    dailyCalls: 10000
    writeStageTo: 'program'
    writeStageProgram: '1107'
    writeStage: { evaluation: 'Sales Ready' }
    noteActivityType: 100001
    noteAttribute: 'text'
    phoneRegion: 'DE'
    writeProfile: ['phone', 'company']
  }
  activecampaign: {
    type: 'ActiveCampaign'
    secrets: { apiKey: 'activecampaign-api-key', urlToken: 'activecampaign-url-token' }
    account: 'acme'
    accountId: '474042'
    baseUrl: 'https://acme.api-us1.com'
    appUrl: 'https://acme.activehosted.com'
    stageTagPrefix: 'funnel:'
    stageMap: { warm: 'interest' }
    dealStageMap: { '1': 'interest', '4': 'commitment' }
    writeStageTag: true
    listId: '1'
    phoneRegion: 'DE'
    writeProfile: ['phone', 'firstName']
  }
  webinar: {
    type: 'Generic'
    secrets: { webhookSecret: 'webinar-webhook-secret', apiSecret: 'webinar-api-secret' }
    side: 'crm'
    form: 'json'
    signature: {
      scheme: 'hmac'
      header: 'X-Signature'
      prefix: 'sha256='
      part: 'v1'
      user: 'hub'
      algorithm: 'sha256'
      encoding: 'hex'
      keyEncoding: 'text'
      signed: '{timestamp}.{body}'
      timestampPart: 't'
      timestampFormat: 'seconds'
      tolerance: '00:10:00'
    }
    ours: ['/account=acme']
    items: '/events'
    rules: [
      { kind: 'form', when: ['/type=registered|attended'], detail: '/webinar', onlyIfKnown: false, dedupe: '{/id}' }
      { kind: 'created', when: ['/type=created'], means: 'interest', continue: true, lacks: ['email'], ids: { webinarId: '/webinar_id' } }
      { kind: 'deal', when: ['/type=deal'], side: 'crm', dealId: '/deal/id', stage: '/deal/stage', dealStatus: '/deal/status' }
    ]
    fields: { personId: '/person/id', email: '/person/email', occurredAt: '/at' }
    ids: { personId: '/person/id' }
    dedupe: '{/id}|{/at}'
    unread: '{/type}'
    timeFormat: 'auto'
    amountDivisor: 100
    stageMap: { Demo: 'evaluation' }
    dealStageMap: { proposal: 'commitment' }
    dealStatusMap: { signed: 'won' }
    consentMap: { never: 'unsubscribed' }
    api: { baseUrl: 'https://api.webinar.example.com/v2', scheme: 'bearer' }
    person: { url: '/people/{id}', email: '/email', stage: '/stage', optedOut: '/opted_out', optedOutWhen: ['true'], phone: '/phone' }
    write: {
      stage: { url: '/people/{id}/stage', body: '{"stage":"{stage}"}' }
      optOut: { method: 'PATCH', url: '/people/{id}', body: '{"opted_out":true}', repeatable: true }
      profile: { url: '/people/{id}', body: '{"phone":"{phone}"}' }
      note: { url: '/notes', headers: { 'Idempotency-Key': '{key}' }, body: '{"person":"{id}","text":"{text}"}' }
      notes: { url: '/notes?person={id}', items: '/data', text: '/text' }
    }
    writeStage: { evaluation: 'Demo' }
    writeProfile: ['phone']
    poll: {
      url: '/events?since={since}&cursor={cursor}'
      items: '/events'
      time: '/at'
      next: '^/next'
      limit: 100
      id: '/id'
      headers: { Accept: 'application/json' }
      overlap: '00:10:00'
    }
    recordUrl: 'https://app.webinar.example.com/people/{id}'
    phoneRegion: 'DE'
  }
  salesforce: {
    type: 'Salesforce'
    clientId: '3MVG9example'
    signIn: {
      kind: 'jwtBearer'
      username: 'hub@example.com'
      audience: 'https://login.salesforce.com'
      secrets: { privateKey: 'salesforce-private-key' }
    }
    secrets: { relaySecret: 'salesforce-relay-secret', outboundSecret: 'salesforce-outbound-secret' }
    baseUrl: 'https://login.salesforce.com'
    apiVersion: 'v60.0'
    organizationId: '00D000000000001'
    leadExternalIdField: 'Hub_Lead__c'
    taskExternalIdField: 'Hub_Handoff__c'
    ownerId: '005000000000001'
    initialStatuses: ['Open - Not Contacted']
    returnStatuses: ['Closed - Not Converted']
    reopenReturned: false
    returnReasonField: 'Return_Reason__c'
    lostReasonField: 'Loss_Reason__c'
    questionTag: '#question'
    pollCampaigns: false
    phoneRegion: 'DE'
    stageMap: { Nurturing: 'interest' }
    dealStageMap: { Signed: 'won' }
    dealTypeMap: { 'Existing Customer - Upgrade': 'repeat' }
    writeProfile: ['phone', 'region']
    multiCurrency: true
    pollTasks: false
    pollEvents: false
    pollOverlap: '00:10:00'
    pollSince: '2026-01-01T00:00:00Z'
  }
}

param teams = {
  marketing: { recipients: ['marketing@example.com'], managers: ['cmo@example.com'] }
  sales: {
    recipients: ['sales@example.com']
    managers: ['head-of-sales@example.com']
    quietHours: '18:00-08:00'
    calendar: { hours: '08:00-18:00' }
  }
}

param outward = { tasksPerHour: '500', writesPerHour: '20000', alertsPerHour: 'off' }
param ops = { recipients: ['ops@example.com', 'night@example.com'], lateAfter: '00:20:00', silentAfter: '5' }

param erasure = { grace: '2.00:00:00', mostAnHour: 500 }

param identity = { sharedAddresses: ['info@*', '*@lists.example.com'] }

param calendar = { timeZone: 'Europe/Berlin', workingDays: 'Mon-Fri', hours: '09:00-17:30', holidays: ['2026-12-25'] }

param funnel = {
  systemOfRecord: 'salesforce'
  recycleTo: 'awareness'
  stages: {
    awareness: { name: 'Aware', owner: 'marketing' }
    evaluation: {
      stallAfter: '3.00:00:00'
      acceptWithin: '08:00:00'
      segments: { enterprise: { stallAfter: '10.00:00:00', acceptWithin: 'off' } }
    }
  }
}

param owners = {
  ada: {
    id: { salesforce: '005000000000002' }
    email: 'ada@example.com'
    capacity: 20
    calendar: { hours: '07:00-15:00' }
    away: ['2026-12-24', '2026-08-03..2026-08-14']
  }
  grace: { id: { salesforce: '005000000000003' } }
}

param routing = {
  sales: {
    connector: 'salesforce'
    fallback: 'ada'
    rerouteAfter: '08:00:00'
    maxReroutes: 2
    routes: [
      { segment: 'enterprise', region: 'DE', company: 'Acme*', minScore: 50, maxScore: 100, stage: 'evaluation', owner: 'ada' }
      { roundRobin: ['ada', 'grace'], connector: 'salesforce' }
    ]
  }
}

param alerts = {
  headsUpAt: '0.5'
  escalateAt: '3'
  repeatAfter: '3.00:00:00'
  acknowledgedFor: '1.00:00:00'
  snoozes: 2
  groupWait: '00:01:00'
  groupInterval: '00:10:00'
  maxRows: 30
  catchUp: '00:15:00'
  linksValidFor: '14.00:00:00'
}

param writeBack = { maxOverwrites: 3, overwriteWindow: '2.00:00:00', echoWithin: '12:00:00' }

param content = {
  calculator: {
    title: '[New] Savings, step by step'
    url: 'https://example.com/roi-calculator'
    style: 'tactical'
    stages: ['interest', 'evaluation']
    segment: 'enterprise'
  }
}

param reports = {
  timeZone: 'Europe/Berlin'
  whenErased: 'subtract'
  within: { awareness: 60, interest: 60, evaluation: 120, commitment: 365 }
}

param campaigns = [{ name: 'Spring*', channel: 'paid' }, { name: 'Gala', channel: 'philanthropy' }]

param platform = {
  busTier: 'Premium'
  messagingUnits: 2
  network: 'private'
  instanceMemory: 4096
  maxInstances: 100
  storageReplication: 'Standard_GZRS'
  logDays: 90
  mailFrom: 'hub@example.com'
  mailsPerMinute: 60
  mailsPerHour: 1000
  publicUrl: 'https://hub.example.com'
  frontDoor: { requestsPerMinute: 12000 }
  signIn: { clientId: '11111111-1111-1111-1111-111111111111', tenantId: '22222222-2222-2222-2222-222222222222' }
  keys: { monitor: { secret: 'monitor-key', roles: ['Hub.Ops', 'Hub.Reader'] } }
  extraSettings: { Hub__ReplayPerSecond: '50' }
}
