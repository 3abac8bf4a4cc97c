using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>What a dead letter says of itself, which ones an order means, and what goes out again. Pure.</summary>
public static class DeadLetterRules
{
    private const int IdLength = 24;

    /// <summary>What is shown of a message: never its body.</summary>
    public static DeadLetter Describe(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new(
            message.MessageId,
            message.SequenceNumber,
            message.DeadLetterReason,
            message.DeadLetterErrorDescription,
            message.ApplicationProperties.GetValueOrDefault("connector") as string,
            message.ApplicationProperties.GetValueOrDefault("leadId") as string,
            message.EnqueuedTime,
            message.DeliveryCount);
    }

    /// <summary>Whether an order means a dead letter.</summary>
    public static bool Matches(DeadLetter letter, ReplayOrder order)
    {
        ArgumentNullException.ThrowIfNull(letter);
        ArgumentNullException.ThrowIfNull(order);
        return (order.Reason is null || order.Reason == letter.Reason)
            && (order.Connector is null || order.Connector.Equals(letter.Connector, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Counts by reason and connector, the most frequent first.</summary>
    public static IReadOnlyList<ReasonCount> Count(IReadOnlyCollection<DeadLetter> letters) =>
    [
        .. letters.GroupBy(letter => letter.Reason)
            .OrderByDescending(reason => reason.Count()).ThenBy(reason => reason.Key, StringComparer.Ordinal)
            .Select(reason => new ReasonCount(
                reason.Key,
                reason.Count(),
                [
                    .. reason.GroupBy(letter => letter.Connector)
                        .OrderByDescending(connector => connector.Count()).ThenBy(connector => connector.Key, StringComparer.Ordinal)
                        .Select(connector => new ConnectorCount(connector.Key, connector.Count())),
                ])),
    ];

    /// <summary>
    /// The copy that goes out again: all as it was, with its attempts counted from the start. Its id is its own, else duplicate detection would drop it (and later the retries of it), and
    /// comes from the dead letter, so that sending the same one twice is sending it once. To a topic it names the subscription that alone takes it.
    /// </summary>
    public static ServiceBusMessage CopyOf(ServiceBusReceivedMessage message, QueueEntity entity)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(entity);
        var copy = new ServiceBusMessage(message) { MessageId = IdOf(message, entity) };
        copy.ApplicationProperties.Remove(MessageSettler.AttemptProperty);
        copy.ApplicationProperties[MessageSettler.ReplayOfProperty] = message.MessageId;
        if (entity.Subscription is { } subscription)
        {
            copy.ApplicationProperties[MessageSettler.ReplayToProperty] = subscription;
        }

        return copy;
    }

    /// <summary>A message that is given up once more has another number by then, and so another copy.</summary>
    private static string IdOf(ServiceBusReceivedMessage message, QueueEntity entity) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"replay|{entity.Name}|{message.MessageId}|{message.SequenceNumber}"))))[..IdLength];
}
