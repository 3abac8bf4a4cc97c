using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Caches one receiver for each queue, subscription and dead-letter queue: opening one costs a session and
/// three links. The client closes them.</summary>
internal sealed class QueueReceivers(ServiceBusClient bus)
{
    private readonly ConcurrentDictionary<(QueueEntity Entity, SubQueue Part), ServiceBusReceiver> _receivers = new();

    /// <summary>Returns the shared receiver. Do not dispose of it.</summary>
    public ServiceBusReceiver Of(QueueEntity entity, SubQueue part) => _receivers.GetOrAdd((entity, part), Open);

    private ServiceBusReceiver Open((QueueEntity Entity, SubQueue Part) wanted)
    {
        var (path, subscription) = wanted.Entity;
        var options = new ServiceBusReceiverOptions { SubQueue = wanted.Part };
        return subscription is null ? bus.CreateReceiver(path, options) : bus.CreateReceiver(path, subscription, options);
    }
}
