using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The queue <c>inbound</c>: one message for each delivery.</summary>
public sealed class InboundQueue : IAsyncDisposable
{
    public const string Name = "inbound";

    private readonly ConnectorSet _connectors;
    private readonly BatchingSender _deliveries;

    public InboundQueue(ServiceBusClient bus, ConnectorSet connectors, HubMetrics metrics)
    {
        _connectors = connectors;
        Sender = bus.CreateSender(Name);
        _deliveries = new(Sender, metrics);
    }

    /// <summary>Gets the sender for delayed copies.</summary>
    public ServiceBusSender Sender { get; }

    /// <summary>Queues deliveries; returns when the bus has all of them. One that exceeds a message even when
    /// compressed is split by event.</summary>
    /// <exception cref="ServiceBusException">The bus rejects them.</exception>
    /// <exception cref="DeliveryTooLargeException">A single event does not fit into a message.</exception>
    public async Task SendAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        await SendAsync([.. deliveries.SelectMany(ToMessages)], cancellationToken);
    }

    /// <summary>Queues messages; returns when the bus has all of them. Concurrent callers share batches.</summary>
    /// <exception cref="ServiceBusException">The bus rejects them.</exception>
    public Task SendAsync(IReadOnlyList<ServiceBusMessage> messages, CancellationToken cancellationToken) =>
        Task.WhenAll(messages.Select(message => _deliveries.SendAsync(message, cancellationToken)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _deliveries.DisposeAsync();
        await Sender.DisposeAsync();
    }

    /// <summary>Converts a delivery to one message, or to one for each event when it is too large.</summary>
    /// <exception cref="DeliveryTooLargeException">A single event does not fit into a message.</exception>
    public IReadOnlyList<ServiceBusMessage> ToMessages(Delivery delivery)
    {
        var whole = HubActivities.Stamp(InboundMessage.Write(delivery));
        if (InboundMessage.Fits(whole))
        {
            return [whole];
        }

        var parts = _connectors.Find<IWebhookSource>(delivery.Connector)?.Split(delivery) ?? [delivery];
        return parts.Count > 1
            ? [.. parts.SelectMany(ToMessages)]
            : throw new DeliveryTooLargeException(delivery.Connector, delivery.Body.Length);
    }
}
