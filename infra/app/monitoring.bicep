@description('The names of the workspace and of Application Insights end with it.')
param suffix string

@description('The Azure region.')
param location string

@description('How many days logs are kept.')
param days int

@description('The name of the identity of the hub.')
param identityName string

var metricsPublisher = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: 'log-${suffix}'
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: days
    features: { disableLocalAuth: true }
  }
}

// Paths and queries may hold secrets of vendors, tokens of mails and addresses of people. They are cut before they are stored: what is left
// of an address is the host and the kind of call. The properties of a request repeat its path.
resource redaction 'Microsoft.Insights/dataCollectionRules@2024-03-11' = {
  name: 'dcr-${suffix}'
  location: location
  kind: 'WorkspaceTransforms'
  properties: {
    destinations: {
      logAnalytics: [{ name: 'workspace', workspaceResourceId: workspace.id }]
    }
    dataFlows: [
      {
        streams: ['Microsoft-Table-AppRequests']
        destinations: ['workspace']
        transformKql: 'source | extend Url = extract("^([a-z]+://[^/?]+(/api/[a-z]+)?)", 1, Url) | project-away Properties'
      }
      {
        streams: ['Microsoft-Table-AppDependencies']
        destinations: ['workspace']
        transformKql: 'source | extend Data = extract("^([a-z]+://[^/?]+)", 1, Data)'
      }
    ]
  }
}

// A workspace can name the rule only after the rule exists, and the rule needs the workspace.
module redacted 'redacted-workspace.bicep' = {
  params: {
    name: workspace.name
    location: location
    days: days
    ruleId: redaction.id
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${suffix}'
  location: location
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource mayPublish 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identity.id, metricsPublisher)
  properties: {
    roleDefinitionId: metricsPublisher
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

@description('The id of the workspace.')
output workspaceId string = workspace.id
