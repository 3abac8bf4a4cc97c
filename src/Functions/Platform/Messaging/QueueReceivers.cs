using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>
/// Keeps one receiver for each queue, subscription and dead-letter queue that the hub looks into: opening one costs the bus a session and three links.
/// They are closed with the client.
/// </summary>
public sealed class QueueReceivers(ServiceBusClient bus)
{
    private readonly ConcurrentDictionary<(QueueEntity Entity, SubQueue Part), ServiceBusReceiver> _receivers = new();

    /// <summary>The receiver of a queue or subscription, or of its dead-letter queue. Not to be disposed.</summary>
    public ServiceBusReceiver Of(QueueEntity entity, SubQueue part) => _receivers.GetOrAdd((entity, part), Open);

    private ServiceBusReceiver Open((QueueEntity Entity, SubQueue Part) wanted)
    {
        var (path, subscription) = wanted.Entity;
        var options = new ServiceBusReceiverOptions { SubQueue = wanted.Part };
        return subscription is null ? bus.CreateReceiver(path, options) : bus.CreateReceiver(path, subscription, options);
    }
}
