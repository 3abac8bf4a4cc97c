using IntegrationHub.LocalPlatform.ServiceBus.Messages;

namespace IntegrationHub.LocalPlatform.ServiceBus.Rules;

/// <summary>
/// Exact, case-sensitive equalities that must all hold; a property that is null here is not looked at.
/// </summary>
internal sealed record CorrelationFilter : IMessageFilter
{
    public string? CorrelationId { get; init; }

    public string? MessageId { get; init; }

    public string? To { get; init; }

    public string? ReplyTo { get; init; }

    public string? Label { get; init; }

    public string? SessionId { get; init; }

    public string? ReplyToSessionId { get; init; }

    public string? ContentType { get; init; }

    public IReadOnlyDictionary<string, object> Properties { get; init; } = new Dictionary<string, object>();

    public bool Matches(MessageFields message) =>
        IsNullOrSame(CorrelationId, message.CorrelationId)
        && IsNullOrSame(MessageId, message.MessageId)
        && IsNullOrSame(To, message.To)
        && IsNullOrSame(ReplyTo, message.ReplyTo)
        && IsNullOrSame(Label, message.Subject)
        && IsNullOrSame(SessionId, message.SessionId)
        && IsNullOrSame(ReplyToSessionId, message.ReplyToSessionId)
        && IsNullOrSame(ContentType, message.ContentType)
        && Properties.All(
            wanted =>
                message.ApplicationProperties.TryGetValue(wanted.Key, out var value)
                    && Equals(SqlRules.Widened(wanted.Value), SqlRules.Widened(value)));

    private static bool IsNullOrSame(string? wanted, string? value) => wanted is null || wanted == value;
}
