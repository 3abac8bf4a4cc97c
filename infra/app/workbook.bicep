@description('The Azure region.')
param location string

@description('The id of the Log Analytics workspace that the charts read.')
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'workbook')
  location: location
  kind: 'shared'
  properties: {
    displayName: 'IntegrationHub'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: string(loadJsonContent('../workbook.json'))
  }
}
