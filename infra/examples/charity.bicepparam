using '../main.bicep'

param environmentName = 'charity'
param location = 'northeurope'

param connectors = {
  hubspot: {
    type: 'HubSpot'
    signIn: { kind: 'oauth', clientId: 'charity-app', secrets: { refreshToken: 'hubspot-refresh-token' } }
    secrets: { clientSecret: 'hubspot-client-secret' }
    portalId: 12345
    stageMap: { supporter: 'interest', 'major donor prospect': 'evaluation', donor: 'commitment' }
    dealStageMap: { pledged: 'commitment', received: 'won', declined: 'lost' }
    writeStage: { interest: 'supporter', evaluation: 'major donor prospect', commitment: 'donor' }
  }
}

param teams = {
  outreach: { recipients: ['outreach@example.org'] }
  donors: { recipients: ['donors@example.org'], managers: ['director@example.org'] }
}

param ops = { recipients: ['it@example.org'] }

param funnel = {
  stages: {
    awareness: { name: 'Heard of us', owner: 'outreach' }
    interest: { name: 'Supporter', owner: 'outreach', stallAfter: '14.00:00:00' }
    evaluation: { name: 'Major donor prospect', owner: 'donors', stallAfter: '7.00:00:00' }
    commitment: { name: 'Donor', owner: 'donors' }
    referral: { name: 'Advocate', owner: 'outreach' }
    repeat: { name: 'Regular donor', owner: 'donors' }
  }
}

param campaigns = [{ name: 'Giving Day*', channel: 'philanthropy' }]
