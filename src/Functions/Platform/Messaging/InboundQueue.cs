using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The queue <c>inbound</c>: deliveries as they came, one message each.</summary>
public sealed class InboundQueue : IAsyncDisposable
{
    /// <summary>The queue's name.</summary>
    public const string Name = "inbound";

    private readonly ConnectorSet _connectors;
    private readonly BatchingSender _deliveries;

    /// <summary>Opens the queue for sending.</summary>
    public InboundQueue(ServiceBusClient bus, ConnectorSet connectors, HubMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(bus);
        _connectors = connectors;
        Sender = bus.CreateSender(Name);
        _deliveries = new(Sender, metrics);
    }

    /// <summary>Gets the sender, for delayed copies.</summary>
    public ServiceBusSender Sender { get; }

    /// <summary>Queues deliveries; returns when the bus has all of them. One that does not fit into a message, even compressed, is split by event.</summary>
    /// <exception cref="ServiceBusException">The bus does not take them.</exception>
    /// <exception cref="DeliveryTooLargeException">A single event does not fit into a message.</exception>
    public async Task SendAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deliveries);
        await SendAsync([.. deliveries.SelectMany(ToMessages)], cancellationToken);
    }

    /// <summary>Queues deliveries that are messages already; returns when the bus has all of them. Concurrent callers share their sends.</summary>
    /// <exception cref="ServiceBusException">The bus does not take them.</exception>
    public Task SendAsync(IReadOnlyList<ServiceBusMessage> messages, CancellationToken cancellationToken) =>
        Task.WhenAll(messages.Select(message => _deliveries.SendAsync(message, cancellationToken)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _deliveries.DisposeAsync();
        await Sender.DisposeAsync();
    }

    /// <summary>A delivery as messages that the bus takes: one, or where that is too large, one for each part.</summary>
    /// <exception cref="DeliveryTooLargeException">A single event does not fit into a message.</exception>
    public IReadOnlyList<ServiceBusMessage> ToMessages(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var whole = InboundMessage.Write(delivery);
        if (InboundMessage.Fits(whole))
        {
            return [whole];
        }

        var parts = _connectors.Find<IWebhookSource>(delivery.Connector)?.Split(delivery) ?? [delivery];
        return parts.Count > 1 ? [.. parts.SelectMany(ToMessages)] : throw new DeliveryTooLargeException(delivery.Connector, delivery.Body.Length);
    }
}
