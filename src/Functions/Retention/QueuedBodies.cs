using System.Globalization;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Retention;

/// <summary>Reads the queue <c>inbound</c> without taking anything, and says what remains of its messages.</summary>
internal sealed class QueuedBodies(QueueReceivers receivers, BodyStore bodies, ConnectorSet connectors)
{
    public static readonly QueueEntity Inbound = new(InboundQueue.Name, null);

    private const int Page = 100;

    /// <summary>Returns a page of messages, and where the next one begins; null after the last.</summary>
    public async Task<(IReadOnlyList<ServiceBusReceivedMessage> Messages, string? Next)> PeekAsync(
        SubQueue part, string? from, CancellationToken cancellationToken)
    {
        // Without a number the cached receiver would continue where its last peek ended.
        var first = from is null ? 0 : long.Parse(from, CultureInfo.InvariantCulture);
        var messages = await receivers.Of(Inbound, part).PeekMessagesAsync(Page, first, cancellationToken);
        return (messages, messages.Count == 0 ? null : (messages[^1].SequenceNumber + 1).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Returns what remains of a message's delivery without erased persons.</summary>
    /// <returns>Null when it names none of them, is not a delivery, or has lost its body.</returns>
    public async Task<IReadOnlyList<Delivery>?> RestOfAsync(
        ServiceBusReceivedMessage message, GonePersons gone, CancellationToken cancellationToken)
    {
        try
        {
            var delivery = InboundMessage.Read(message, await bodies.ReadAsync(message, cancellationToken));
            return DeliveryRest.Without(connectors, delivery, gone.Have);
        }
        catch (UnrecoverableMessageException)
        {
            return null;
        }
    }
}
