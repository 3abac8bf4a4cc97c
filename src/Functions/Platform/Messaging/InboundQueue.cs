using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The queue <c>inbound</c>: one message for each delivery.</summary>
internal sealed class InboundQueue : IAsyncDisposable
{
    public const string Name = "inbound";

    private readonly ConnectorSet _connectors;
    private readonly BodyStore _bodies;
    private readonly BatchingSender _deliveries;

    public InboundQueue(ServiceBusClient bus, ConnectorSet connectors, BodyStore bodies, HubMetrics metrics)
    {
        (_connectors, _bodies) = (connectors, bodies);
        Sender = bus.CreateSender(Name);
        _deliveries = new(Sender, metrics);
    }

    /// <summary>Gets the sender for delayed copies.</summary>
    public ServiceBusSender Sender { get; }

    /// <summary>Queues deliveries; returns when the bus has all of them. One that exceeds a message even when
    /// compressed is split by event.</summary>
    /// <exception cref="ServiceBusException">The bus rejects them.</exception>
    public async Task SendAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        var messages = new List<ServiceBusMessage>(deliveries.Count);
        foreach (var delivery in deliveries)
        {
            messages.AddRange(await ToMessagesAsync(delivery, cancellationToken));
        }

        await SendAsync(messages, cancellationToken);
    }

    /// <summary>Queues messages; returns when the bus has all of them. Concurrent callers share batches.</summary>
    /// <exception cref="ServiceBusException">The bus rejects them.</exception>
    public Task SendAsync(IReadOnlyList<ServiceBusMessage> messages, CancellationToken cancellationToken) =>
        Task.WhenAll(messages.Select(message => _deliveries.SendAsync(message, cancellationToken)));

    /// <summary>Queues a delivery once for each part. A repeat sends the same messages, which the queue drops.</summary>
    public async Task SendPartsAsync(
        Delivery delivery, string messageId, IReadOnlyList<DeliveryPart> parts, CancellationToken cancellationToken)
    {
        var messages = new List<ServiceBusMessage>(parts.Count);
        foreach (var part in parts)
        {
            var message = HubActivities.Stamp(InboundMessage.Write(delivery with { Part = part }));
            message.MessageId = $"{messageId}-part-{part}";
            messages.Add(await _bodies.FitAsync(message, InboundMessage.LargestBody, cancellationToken));
        }

        await SendAsync(messages, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _deliveries.DisposeAsync();
        await Sender.DisposeAsync();
    }

    /// <summary>Converts a delivery to one message, or to one for each event when it is too large. The body of a single
    /// event that is too large goes to a blob.</summary>
    public async Task<IReadOnlyList<ServiceBusMessage>> ToMessagesAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var whole = HubActivities.Stamp(InboundMessage.Write(delivery));
        if (InboundMessage.Fits(whole))
        {
            return [whole];
        }

        var parts = _connectors.Find<IWebhookSource>(delivery.Connector)?.Split(delivery) ?? [delivery];
        if (parts.Count < 2)
        {
            return [await _bodies.FitAsync(whole, InboundMessage.LargestBody, cancellationToken)];
        }

        var messages = new List<ServiceBusMessage>();
        foreach (var part in parts)
        {
            messages.AddRange(await ToMessagesAsync(part, cancellationToken));
        }

        return messages;
    }
}
