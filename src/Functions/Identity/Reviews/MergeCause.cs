using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>Why two leads are one person.</summary>
public static class MergeCause
{
    /// <summary>A tool said so: by merging records, converting one into another, or naming several in one event.</summary>
    public const string Tool = "told-by-tool";

    /// <summary>They share an address, and no tool knows them as two.</summary>
    public const string Address = "common-address";

    /// <summary>A person decided it.</summary>
    public const string Review = "review-decision";

    /// <summary>The fact to be kept, but for its key and the lead that it names.</summary>
    public static LeadsMerged Of(string connector, ToolSide side, DateTimeOffset occurredAt, DateTimeOffset receivedAt, string? messageId, string cause) => new()
    {
        DedupeKey = "",
        Merged = LeadId.For(IdentityKey.Person("", "")),
        Connector = connector,
        Side = side,
        OccurredAt = occurredAt,
        ReceivedAt = receivedAt,
        MessageId = messageId,
        Raw = cause,
    };
}
