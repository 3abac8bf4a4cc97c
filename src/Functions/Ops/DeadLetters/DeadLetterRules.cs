using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Describes, selects and copies dead letters. Pure.</summary>
internal static class DeadLetterRules
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

    /// <summary>Whether a dead letter has a reason and a connector; null for any.</summary>
    public static bool Matches(DeadLetter letter, string? reason, string? connector) =>
        (reason is null || reason == letter.Reason)
            && (connector is null || connector.Equals(letter.Connector, StringComparison.OrdinalIgnoreCase));

    /// <summary>Adds letters to counts by reason and connector, and puts the most frequent first.</summary>
    public static IReadOnlyList<ReasonCount> Add(IReadOnlyList<ReasonCount> counts, IEnumerable<DeadLetter> letters)
    {
        var before = counts.SelectMany(reason => reason.ByConnector.Select(each => (reason.Reason, each.Connector, each.Count)));
        var added = letters.Select(letter => (letter.Reason, letter.Connector, Count: 1));
        return
        [
            .. before.Concat(added).GroupBy(each => each.Reason)
                .OrderByDescending(reason => reason.Sum(each => each.Count)).ThenBy(reason => reason.Key, StringComparer.Ordinal)
                .Select(reason => new ReasonCount(
                    reason.Key,
                    reason.Sum(each => each.Count),
                    [
                        .. reason.GroupBy(each => each.Connector)
                            .Select(connector => new ConnectorCount(connector.Key, connector.Sum(each => each.Count)))
                            .OrderByDescending(connector => connector.Count)
                            .ThenBy(connector => connector.Connector, StringComparer.Ordinal),
                    ])),
        ];
    }

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
