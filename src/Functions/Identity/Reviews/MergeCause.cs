using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>The reason to merge two leads.</summary>
internal static class MergeCause
{
    /// <summary>A tool merged or converted records, or named several in one event.</summary>
    public const string Tool = "told-by-tool";

    /// <summary>They share an address, and no tool has two records for them.</summary>
    public const string Address = "common-address";

    /// <summary>A person decided it.</summary>
    public const string Review = "review-decision";

    private static readonly LeadId Nobody = LeadId.Parse("000000000000000000000000");

    /// <summary>Makes the fact without its key and lead.</summary>
    public static LeadsMerged Of(
        string connector, ToolSide side, DateTimeOffset occurredAt, DateTimeOffset receivedAt, string? messageId, string cause) =>
        new()
        {
            DedupeKey = "",
            Merged = Nobody,
            Connector = connector,
            Side = side,
            OccurredAt = occurredAt,
            ReceivedAt = receivedAt,
            MessageId = messageId,
            Raw = cause,
        };
}
