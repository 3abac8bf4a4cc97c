using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Describes, selects and copies dead letters. Pure.</summary>
public static class DeadLetterRules
{
    private const int IdLength = 24;

    /// <summary>Describes a message without its body.</summary>
    public static DeadLetter Describe(ServiceBusReceivedMessage message) =>
        new(
            message.MessageId,
            message.SequenceNumber,
            message.DeadLetterReason,
            message.DeadLetterErrorDescription,
            message.ApplicationProperties.GetValueOrDefault("connector") as string,
            message.ApplicationProperties.GetValueOrDefault("leadId") as string,
            message.EnqueuedTime,
            message.DeliveryCount);

    public static bool Matches(DeadLetter letter, ReplayOrder order) =>
        (order.Reason is null || order.Reason == letter.Reason)
            && (order.Connector is null || order.Connector.Equals(letter.Connector, StringComparison.OrdinalIgnoreCase));

    /// <summary>Counts by reason and connector, most frequent first.</summary>
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

    /// <summary>Returns the copy to send: the same message with its attempts reset. Its own id passes duplicate
    /// detection; the id derives from the dead letter, so a repeated replay is idempotent. A copy to a topic names the
    /// one subscription that accepts it.</summary>
    public static ServiceBusMessage CopyOf(ServiceBusReceivedMessage message, QueueEntity entity)
    {
        var copy = new ServiceBusMessage(message) { MessageId = IdOf(message, entity) };
        copy.ApplicationProperties.Remove(MessageSettler.AttemptProperty);
        copy.ApplicationProperties[MessageSettler.ReplayOfProperty] = message.MessageId;
        if (entity.Subscription is { } subscription)
        {
            copy.ApplicationProperties[MessageSettler.ReplayToProperty] = subscription;
        }

        return copy;
    }

    /// <summary>Derives the copy's id. A message that is dead-lettered again has another sequence
    /// number, and so another copy.</summary>
    private static string IdOf(ServiceBusReceivedMessage message, QueueEntity entity)
    {
        var source = string.Create(CultureInfo.InvariantCulture, $"replay|{entity.Name}|{message.MessageId}|{message.SequenceNumber}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..IdLength];
    }
}
