@description('A rule of a subscription.')
@sealed()
type rule = {
  @description('The name.')
  name: string
  @description('The SQL filter.')
  sqlFilter: string
}

@description('A subscription of a topic.')
@sealed()
type subscription = {
  @description('The name.')
  name: string
  @description('How long a message stays locked.')
  lockDuration: string
  @description('How often a message is delivered.')
  maxDeliveryCount: int
  @description('Whether expired messages are dead-lettered.')
  deadLetteringOnMessageExpiration: bool
  @description('Whether messages that no filter can be evaluated for are dead-lettered.')
  deadLetteringOnFilterEvaluationExceptions: bool
  @description('The rules.')
  rules: rule[]
}

@description('A queue.')
@sealed()
type queue = {
  @description('The name.')
  name: string
  @description('How much it holds.')
  maxSizeInMegabytes: int
  @description('How long a message stays locked.')
  lockDuration: string
  @description('How often a message is delivered.')
  maxDeliveryCount: int
  @description('How long a message lives.')
  defaultMessageTimeToLive: string
  @description('Whether expired messages are dead-lettered.')
  deadLetteringOnMessageExpiration: bool
  @description('Whether duplicates are dropped.')
  requiresDuplicateDetection: bool
  @description('How long duplicates are remembered.')
  duplicateDetectionHistoryTimeWindow: string
}

@description('A topic.')
@sealed()
type topic = {
  @description('The name.')
  name: string
  @description('How much it holds.')
  maxSizeInMegabytes: int
  @description('How long a message lives.')
  defaultMessageTimeToLive: string
  @description('Whether duplicates are dropped.')
  requiresDuplicateDetection: bool
  @description('How long duplicates are remembered.')
  duplicateDetectionHistoryTimeWindow: string
  @description('The subscriptions.')
  subscriptions: subscription[]
}

@export()
@description('The entities of the bus, as topology.json names them.')
@sealed()
type topology = {
  @description('The queues.')
  queues: queue[]
  @description('The topics.')
  topics: topic[]
}
