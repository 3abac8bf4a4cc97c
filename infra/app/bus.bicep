import { topology } from '../topology.bicep'

@description('The name of the namespace.')
param name string

@description('The Azure region.')
param location string

@description('The tier.')
param tier 'Standard' | 'Premium'

@description('The messaging units of Premium.')
param messagingUnits int

@description('Whether the service is reached from outside of the network of the hub.')
param publicAccess 'Enabled' | 'Disabled'

@description('The entities.')
param entities topology

@description('The name of the identity of the hub.')
param identityName string

@description('The id of the Log Analytics workspace.')
param workspaceId string

var sender = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39')
var receiver = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0')
var subscriptions = flatten(map(entities.topics, topic => map(topic.subscriptions, it => { topic: topic.name, it: it })))
var rules = flatten(map(
  subscriptions,
  sub =>
    map(sub.it.rules, (rule, index) => {
      topic: sub.topic
      subscription: sub.it.name
      // Azure gives a subscription a rule of this name that lets everything through: the first rule takes its place.
      name: index == 0 ? '$Default' : rule.name
      sqlFilter: rule.sqlFilter
    })
))

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  sku: tier == 'Premium' ? { name: 'Premium', tier: 'Premium', capacity: messagingUnits } : { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    publicNetworkAccess: publicAccess
    minimumTlsVersion: '1.2'
  }
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = [
  for queue in entities.queues: {
    parent: namespace
    name: queue.name
    properties: {
      lockDuration: queue.lockDuration
      maxDeliveryCount: queue.maxDeliveryCount
      maxSizeInMegabytes: queue.maxSizeInMegabytes
      defaultMessageTimeToLive: queue.defaultMessageTimeToLive
      deadLetteringOnMessageExpiration: queue.deadLetteringOnMessageExpiration
      requiresDuplicateDetection: queue.requiresDuplicateDetection
      duplicateDetectionHistoryTimeWindow: queue.duplicateDetectionHistoryTimeWindow
    }
  }
]

resource topics 'Microsoft.ServiceBus/namespaces/topics@2026-01-01' = [
  for topic in entities.topics: {
    parent: namespace
    name: topic.name
    properties: {
      maxSizeInMegabytes: topic.maxSizeInMegabytes
      defaultMessageTimeToLive: topic.defaultMessageTimeToLive
      requiresDuplicateDetection: topic.requiresDuplicateDetection
      duplicateDetectionHistoryTimeWindow: topic.duplicateDetectionHistoryTimeWindow
    }
  }
]

resource topicSubscriptions 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2026-01-01' = [
  for sub in subscriptions: {
    name: '${name}/${sub.topic}/${sub.it.name}'
    properties: {
      lockDuration: sub.it.lockDuration
      maxDeliveryCount: sub.it.maxDeliveryCount
      deadLetteringOnMessageExpiration: sub.it.deadLetteringOnMessageExpiration
      deadLetteringOnFilterEvaluationExceptions: sub.it.deadLetteringOnFilterEvaluationExceptions
    }
    dependsOn: [topics]
  }
]

resource subscriptionRules 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2026-01-01' = [
  for rule in rules: {
    name: '${name}/${rule.topic}/${rule.subscription}/${rule.name}'
    properties: {
      filterType: 'SqlFilter'
      sqlFilter: { sqlExpression: rule.sqlFilter }
    }
    dependsOn: [topicSubscriptions]
  }
]

resource mayReceiveQueue 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in entities.queues: {
    scope: queues[index]
    name: guid(namespace.id, queue.name, identity.id, receiver)
    properties: {
      roleDefinitionId: receiver
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource maySendQueue 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in entities.queues: {
    scope: queues[index]
    name: guid(namespace.id, queue.name, identity.id, sender)
    properties: {
      roleDefinitionId: sender
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource maySendTopic 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (topic, index) in entities.topics: {
    scope: topics[index]
    name: guid(namespace.id, topic.name, identity.id, sender)
    properties: {
      roleDefinitionId: sender
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource mayReceiveSubscription 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (sub, index) in subscriptions: {
    scope: topicSubscriptions[index]
    name: guid(namespace.id, sub.topic, sub.it.name, identity.id, receiver)
    properties: {
      roleDefinitionId: receiver
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

// The newest stable version is of 2016 and lacks groups of categories.
#disable-next-line use-recent-api-versions
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('The id of the namespace.')
output id string = namespace.id
