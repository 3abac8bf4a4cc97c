using System.Globalization;
using System.Text.Json.Serialization;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Recorded;

/// <summary>The verdict on a recorded delivery.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CaseVerdict>))]
public enum CaseVerdict
{
    /// <summary>It would be accepted, and was read.</summary>
    [JsonStringEnumMemberName("accepted")]
    Accepted,

    /// <summary>It would be refused.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>It could not be read.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}

/// <summary>The line printed for a recorded delivery.</summary>
/// <param name="Connector">The connector that read it; null when none was found.</param>
/// <param name="Events">The distinct events in order of appearance.</param>
public sealed record CaseReading(string File, string? Connector, CaseVerdict Verdict, string Reason, IReadOnlyList<EventReading> Events)
{
    /// <summary>Gets where the poll continues, in the vendor's form.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NextCursor { get; init; }

    /// <summary>Gets whether the vendor has more pages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? MorePages { get; init; }
}

/// <summary>An event as it is printed.</summary>
public sealed record EventReading
{
    [JsonConverter(typeof(JsonStringEnumConverter<SourceEventKind>))]
    public required SourceEventKind Kind { get; init; }

    /// <summary>Gets the person's address.</summary>
    public required string? SubjectEmail { get; init; }

    /// <summary>Gets the vendor's ids.</summary>
    public required IReadOnlyDictionary<string, string> ExternalIds { get; init; }

    /// <summary>Gets the previous stage.</summary>
    public required string? FromStageRaw { get; init; }

    /// <summary>Gets the new stage.</summary>
    public required string? ToStageRaw { get; init; }

    /// <summary>Gets the mapped funnel stage.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<FunnelStage>))]
    public required FunnelStage? ExpectedFunnelStage { get; init; }

    /// <summary>Gets the vendor's time, ISO 8601 with milliseconds.</summary>
    public required string? OccurredAtUtc { get; init; }

    /// <summary>Gets the key that identifies the event across deliveries.</summary>
    public required string DedupeKey { get; init; }

    /// <summary>Gets the amount in major units.</summary>
    public required string? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code.</summary>
    public required string? Currency { get; init; }

    /// <summary>Gets the person's previous address.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PreviousEmail { get; init; }

    /// <summary>Gets why a deal was lost.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Gets what the vendor's API must add.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NeedsEnrichment { get; init; }

    /// <summary>Gets a value indicating whether no map knows the stage.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Unmapped { get; init; }

    /// <summary>Gets a value indicating whether the delivery named a later stage of the same record before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Stale { get; init; }

    /// <summary>Gets a value indicating whether an association was removed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Removed { get; init; }

    /// <summary>Converts the events of a delivery for printing.</summary>
    public static IReadOnlyList<EventReading> Of(IReadOnlyList<SourceEvent> events)
    {
        return
        [
            .. events.Select((source, i) => Of(
                source, events.Take(i).Any(other => IsStaged(other) && SameRecord(source, other) && other.OccurredAt > source.OccurredAt))),
        ];

        static bool IsStaged(SourceEvent source) => source is IStageEvent { ToStageRaw: not null };
    }

    private static EventReading Of(SourceEvent source, bool overtaken)
    {
        var (staged, deal) = (source as IStageEvent, source as DealStateEvent);
        return new()
        {
            Kind = source.Kind,
            SubjectEmail = source.SubjectEmail,
            ExternalIds = source.ExternalIds,
            FromStageRaw = staged?.FromStageRaw,
            ToStageRaw = staged?.ToStageRaw,
            ExpectedFunnelStage = StageOf(source),
            OccurredAtUtc = source.OccurredAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            DedupeKey = source.DedupeKey,
            Amount = deal?.Amount?.ToString("0.############################", CultureInfo.InvariantCulture),
            Currency = deal?.Currency,
            Reason = deal?.LostReason,
            PreviousEmail = (source as EmailChangedEvent)?.PreviousEmail,
            NeedsEnrichment = source.NeedsEnrichment is { IsEmpty: false } lacking ? lacking : null,
            Unmapped = staged?.Unmapped == true,
            Stale = staged?.ToStageRaw is not null && overtaken,
            Removed = source is AssociationRemovedEvent or RelationChangedEvent { Removed: true },
        };
    }

    private static FunnelStage? StageOf(SourceEvent source) => source switch
    {
        IStageEvent staged => staged.Stage,
        ActivityEvent activity => activity.Stage,
        ConsentChangedEvent consent => consent.Stage,
        _ => null,
    };

    private static bool SameRecord(SourceEvent one, SourceEvent other) => (one, other) switch
    {
        (DealEvent deal, DealEvent otherDeal) => deal.DealId == otherDeal.DealId,
        (PersonEvent { People: [var person, ..] }, PersonEvent { People: [var otherPerson, ..] }) => person == otherPerson,
        _ => false,
    };
}
