@description('The name of the workspace.')
param name string

@description('The Azure region.')
param location string

@description('How many days logs are kept.')
param days int

@description('The id of the rule that cuts addresses before they are stored.')
param ruleId string

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: name
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: days
    features: { disableLocalAuth: true }
    defaultDataCollectionRuleResourceId: ruleId
  }
}
