@description('The names of the rules end with it.')
param suffix string

@description('The id of the Service Bus namespace.')
param busId string

@description('The Azure region of the rules over logs.')
param location string

@description('The id of the Log Analytics workspace, which has the metrics of the hub.')
param workspaceId string

@description('The addresses that are notified.')
param recipients string[]

// The rules over the metrics of the hub. A filter is a condition over their properties.
var rules = [
  {
    name: 'deliveries-refused-for-want-of-stores'
    description: 'Neither bus nor spool took a delivery. Runbook: docs/operations/stores-do-not-answer.md'
    severity: 1
    metric: 'hub.deliveries'
    filter: 'Properties["outcome"] == "Unavailable"'
    window: 'PT5M'
    above: 0
  }
  {
    name: 'deliveries-unverified'
    description: 'Many deliveries are not signed as configured. Runbook: docs/operations/a-connector-is-broken.md'
    severity: 3
    metric: 'hub.deliveries'
    filter: 'Properties["outcome"] == "Unverified"'
    window: 'PT15M'
    above: 100
  }
  {
    name: 'alerts-failed'
    description: 'Mail to a team failed for good. Runbook: docs/operations/mail-fails.md'
    severity: 2
    metric: 'hub.alerts'
    filter: 'Properties["fate"] == "Failed"'
    window: 'PT15M'
    above: 0
  }
  {
    name: 'leads-not-watched'
    description: 'The deadline index had lost leads. Runbook: docs/operations.md'
    severity: 3
    metric: 'hub.deadlines.mended'
    filter: 'true'
    window: 'PT1H'
    above: 0
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${suffix}'
  location: 'global'
  properties: {
    groupShortName: 'hub'
    enabled: true
    emailReceivers: [
      for (recipient, index) in recipients: {
        name: 'ops-${index + 1}'
        emailAddress: recipient
        useCommonAlertSchema: true
      }
    ]
  }
}

resource deadLetters 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'alert-dead-letters-${suffix}'
  location: 'global'
  properties: {
    description: 'Messages lie in a dead-letter queue. Runbook: docs/operations/dead-letters.md'
    severity: 2
    enabled: true
    scopes: [busId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-lettered'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Maximum'
          dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]
        }
      ]
    }
    actions: [{ actionGroupId: group.id }]
  }
}

resource onMetrics 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: 'alert-${rule.name}-${suffix}'
    location: location
    properties: {
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      criteria: {
        allOf: [
          {
            query: 'AppMetrics | where Name == "${rule.metric}" | where ${rule.filter} | summarize Value = sum(Sum)'
            timeAggregation: 'Total'
            metricMeasureColumn: 'Value'
            operator: 'GreaterThan'
            threshold: rule.above
          }
        ]
      }
      autoMitigate: true
      actions: { actionGroups: [group.id] }
    }
  }
]

// The sweep asks the tables every minute, whatever else happens.
resource heartbeat 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: 'alert-no-heartbeat-${suffix}'
  location: location
  properties: {
    description: 'The hub has not reached its tables for a quarter of an hour. Runbook: docs/operations/stores-do-not-answer.md'
    severity: 1
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'AppMetrics | where Name == "hub.table.requests"'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
        }
      ]
    }
    autoMitigate: true
    actions: { actionGroups: [group.id] }
  }
}
