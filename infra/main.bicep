targetScope = 'subscription'

import * as types from 'types.bicep'
import { connectors as connectorsType } from 'connectors/connector.bicep'
import { settings as hubSettings } from 'hub.types.bicep'

@description('The name of the environment. Names of resources begin with it.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('The Azure region.')
param location string

@description('The connectors by name.')
param connectors connectorsType

@description('The teams by name.')
param teams types.teams

@description('Who is notified of faults of the hub.')
param ops types.ops

@description('The funnel: names, owners and limits of stages.')
param funnel types.funnel = {}

@description('The common working hours.')
param calendar types.calendar = {}

@description('The people who get handoffs, by name.')
param owners types.owners = {}

@description('The routing of handoffs by team.')
param routing types.routing = {}

@description('How stalls are reported.')
param alerts types.alerts = {}

@description('How the hub writes back to the tools.')
param writeBack types.writeBack = {}

@description('How many effects outwards an hour lets pass.')
param outward types.outward = {}

@description('Content that briefs suggest, by name.')
param content types.content = {}

@description('Campaigns, and how they reach people.')
param campaigns types.campaign[] = []

@description('How people are erased.')
param erasure types.erasure = {}

@description('How long data is kept.')
param retention types.retention = {}

@description('Which addresses identify nobody.')
param identity types.identity = {}

@description('How figures are cut and counted.')
param reports types.reports = {}

@description('What of Azure the hub gets: sizes, sign-in of people, further settings.')
param platform hubSettings = {}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: { 'azd-env-name': environmentName }
}

module hub 'hub.bicep' = {
  scope: group
  params: {
    environmentName: environmentName
    location: location
    connectors: connectors
    teams: teams
    ops: ops
    funnel: funnel
    calendar: calendar
    owners: owners
    routing: routing
    alerts: alerts
    writeBack: writeBack
    outward: outward
    content: content
    campaigns: campaigns
    erasure: erasure
    retention: retention
    identitySettings: identity
    reports: reports
    platform: platform
  }
}

@description('The address of the hub: vendors call its webhooks.')
output HUB_URL string = hub.outputs.url

@description('The name of the function app.')
output FUNCTION_APP_NAME string = hub.outputs.functionAppName

@description('The name of the Key Vault that takes the secrets of the connectors.')
output KEY_VAULT_NAME string = hub.outputs.vaultName
