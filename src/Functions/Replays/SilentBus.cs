using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Functions.Replays;

/// <summary>A bus that takes every message and delivers none.</summary>
internal sealed class SilentBus : ServiceBusClient
{
    public override ServiceBusSender CreateSender(string queueOrTopicName) => new SilentSender();

    public override ServiceBusReceiver CreateReceiver(string queueName, ServiceBusReceiverOptions options) => throw NoReceiver();

    public override ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName, ServiceBusReceiverOptions options) =>
        throw NoReceiver();

    private static NotSupportedException NoReceiver() => new("A replay receives nothing.");

    private sealed class SilentSender : ServiceBusSender
    {
        private const long BatchBytes = 256 * 1024;

        public override Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default) =>
            Task.CompletedTask;

        public override Task SendMessagesAsync(IEnumerable<ServiceBusMessage> messages, CancellationToken cancellationToken = default) =>
            Task.CompletedTask;

        public override Task SendMessagesAsync(ServiceBusMessageBatch messageBatch, CancellationToken cancellationToken = default) =>
            Task.CompletedTask;

        public override ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(ServiceBusModelFactory.ServiceBusMessageBatch(BatchBytes, []));

        public override Task CloseAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
