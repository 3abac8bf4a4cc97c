import * as types from 'types.bicep'
import { connectors as connectorsType } from 'connectors/connector.bicep'
import { settings as hubSettings } from 'hub.types.bicep'
import { topology } from 'topology.bicep'
import * as make from 'settings.bicep'

@description('The name of the environment.')
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
param funnel types.funnel

@description('The common working hours.')
param calendar types.calendar

@description('The people who get handoffs, by name.')
param owners types.owners

@description('The routing of handoffs by team.')
param routing types.routing

@description('How stalls are reported.')
param alerts types.alerts

@description('How the hub writes back to the tools.')
param writeBack types.writeBack

@description('How many effects outwards an hour lets pass.')
param outward types.outward

@description('Content that briefs suggest, by name.')
param content types.content

@description('Campaigns, and how they reach people.')
param campaigns types.campaign[]

@description('How people are erased.')
param erasure types.erasure

@description('How long data is kept.')
param retention types.retention

@description('Which addresses identify nobody.')
param identitySettings types.identity

@description('How figures are cut and counted.')
param reports types.reports

@description('What of Azure the hub gets.')
param platform hubSettings

var suffix = toLower('${environmentName}-${take(uniqueString(resourceGroup().id), 6)}')
var appName = 'func-${suffix}'
var busName = 'sb-${suffix}'
var vaultName = 'kv-${suffix}'
var storageName = take('st${replace(suffix, '-', '')}', 24)
var identityName = 'id-${suffix}'
var private = platform.?network == 'private'
var publicAccess = private ? 'Disabled' : 'Enabled'
var entities topology = loadJsonContent('topology.json')

var faults = concat(
  make.environmentFaults(environmentName),
  make.faults(connectors, funnel, teams, owners, routing, content),
  make.extraFaults(platform.?extraSettings ?? {}),
  make.platformFaults(platform)
)
var settings = union(
  {
    Schedules__PollConnectors: '0 * * * * *'
    Schedules__DetectOutages: '*/10 * * * * *'
    Schedules__DetectStalls: '30 * * * * *'
    Schedules__ScrubJourneys: '15 */5 * * * *'
    Schedules__SendMails: '*/10 * * * * *'
    Schedules__DrainSpool: '*/10 * * * * *'
    Hub__LookBack: '00:00:00'
    Hub__Peppers: make.reference(vaultName, 'hub-peppers')
    Hub__SignIn: string(platform.?signIn != null)
    Hub__KeyInUrl: 'false'
    Schedules__SweepErasures: '15 * * * * *'
    Schedules__SweepErasedBodies: '40 */5 * * * *'
    Schedules__EnforceRetention: '0 37 * * * *'
    Schedules__CompareTools: '0 */10 1-5 * * *'
    Schedules__SweepArchive: '0 7 * * * *'
    Schedules__RunReplay: '*/15 * * * * *'
    Schedules__RunDeadLetterJobs: '20 * * * * *'
    Archive__Keys: make.reference(vaultName, 'archive-keys')
    Mail__PerMinute: string(platform.?mailsPerMinute ?? 30)
    Mail__PerHour: string(platform.?mailsPerHour ?? 100)
  },
  platform.?mailFrom == null ? {} : { Mail__From: platform.?mailFrom ?? '' },
  platform.?publicUrl == null ? {} : { Hub__PublicUrl: platform.?publicUrl ?? '' },
  make.keySettings(platform.?keys ?? {}, vaultName),
  make.connectorsSettings(connectors, vaultName),
  make.funnelSettings(funnel, calendar),
  make.teamSettings(teams),
  make.ownerSettings(owners),
  make.routingSettings(routing),
  make.sectionSettings('Alerts', alerts),
  make.sectionSettings('WriteBack', writeBack),
  make.sectionSettings('Ops', ops),
  make.sectionSettings('Erasure', erasure),
  make.sectionSettings('Retention', retention),
  make.sectionSettings('Outward', outward),
  make.sectionSettings('Identity', identitySettings),
  make.reportSettings(reports),
  make.contentSettings(content, campaigns),
  platform.?extraSettings ?? {}
)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: identityName
  location: location
}

module storage 'app/storage.bicep' = {
  params: {
    name: storageName
    location: location
    replication: platform.?storageReplication ?? 'Standard_ZRS'
    identityName: identity.name
    publicAccess: publicAccess
  }
}

module monitoring 'app/monitoring.bicep' = {
  params: {
    suffix: suffix
    location: location
    days: platform.?logDays ?? 30
    identityName: identity.name
  }
}

module bus 'app/bus.bicep' = {
  params: {
    name: busName
    location: location
    tier: platform.?busTier ?? 'Standard'
    messagingUnits: platform.?messagingUnits ?? 1
    publicAccess: publicAccess
    entities: entities
    identityName: identity.name
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'app/vault.bicep' = {
  params: {
    publicAccess: publicAccess
    name: vaultName
    location: location
    identityName: identity.name
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'app/network.bicep' = if (private) {
  params: {
    suffix: suffix
    location: location
    storageName: storageName
    busName: busName
    vaultName: vaultName
  }
  dependsOn: [storage, bus, vault]
}

module mail 'app/mail.bicep' = {
  params: {
    suffix: suffix
    identityName: identity.name
  }
}

module alertRules 'app/alerts.bicep' = {
  params: {
    suffix: suffix
    location: location
    busId: bus.outputs.id
    workspaceId: monitoring.outputs.workspaceId
    recipients: ops.recipients
  }
}

module workbook 'app/workbook.bicep' = {
  params: {
    location: location
    workspaceId: monitoring.outputs.workspaceId
  }
}

module front 'app/front.bicep' = if (platform.?frontDoor != null) {
  params: {
    suffix: suffix
    requestsPerMinute: platform.?frontDoor.?requestsPerMinute ?? 6000
  }
}

module frontRoute 'app/front-route.bicep' = if (platform.?frontDoor != null) {
  params: {
    suffix: suffix
    origin: function.outputs.hostName
  }
}

module function 'app/function.bicep' = {
  params: {
    name: appName
    location: location
    identityName: identity.name
    storageName: storageName
    insightsName: 'appi-${suffix}'
    communicationName: 'acs-${suffix}'
    busName: busName
    instanceMemory: platform.?instanceMemory ?? 2048
    maxInstances: platform.?maxInstances ?? 40
    hubSettings: empty(faults) ? settings : fail(join(faults, '\n'))
    subnetId: network.?outputs.appSubnetId ?? ''
    frontDoorUrl: front.?outputs.url ?? ''
    frontDoorId: front.?outputs.id ?? ''
    signInClientId: platform.?signIn.?clientId ?? ''
    signInTenantId: platform.?signIn.?tenantId ?? ''
  }
  dependsOn: [storage, vault, mail, bus]
}

@description('The address of the hub.')
output url string = function.outputs.url

@description('The name of the function app.')
output functionAppName string = appName

@description('The name of the Key Vault.')
output vaultName string = vaultName
