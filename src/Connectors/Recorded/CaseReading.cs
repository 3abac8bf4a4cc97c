using System.Globalization;
using System.Text.Json.Serialization;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Recorded;

/// <summary>What became of a recorded delivery.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CaseVerdict>))]
public enum CaseVerdict
{
    /// <summary>It would be let in, and has been read.</summary>
    [JsonStringEnumMemberName("accepted")]
    Accepted,

    /// <summary>It would be refused.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>It could not be read at all.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}

/// <summary>The line that is printed for one recorded delivery.</summary>
/// <param name="File">The case's file.</param>
/// <param name="Connector">The connector that read it; null where none was found.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Events">Each distinct event once, in order of appearance.</param>
public sealed record CaseReading(string File, string? Connector, CaseVerdict Verdict, string Reason, IReadOnlyList<EventReading> Events)
{
    /// <summary>Gets where the poll goes on, in the vendor's words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NextCursor { get; init; }

    /// <summary>Gets whether the vendor says that there is more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? MorePages { get; init; }
}

/// <summary>An event as it is printed.</summary>
public sealed record EventReading
{
    /// <summary>Gets the kind.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<SourceEventKind>))]
    public required SourceEventKind Kind { get; init; }

    /// <summary>Gets the person's address.</summary>
    public required string? SubjectEmail { get; init; }

    /// <summary>Gets the vendor's ids.</summary>
    public required IReadOnlyDictionary<string, string> ExternalIds { get; init; }

    /// <summary>Gets the stage that was left.</summary>
    public required string? FromStageRaw { get; init; }

    /// <summary>Gets the stage that was reached.</summary>
    public required string? ToStageRaw { get; init; }

    /// <summary>Gets the funnel stage it maps to.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<FunnelStage>))]
    public required FunnelStage? ExpectedFunnelStage { get; init; }

    /// <summary>Gets the vendor's time, ISO 8601 with milliseconds.</summary>
    public required string? OccurredAtUtc { get; init; }

    /// <summary>Gets what makes two deliveries the same event.</summary>
    public required string DedupeKey { get; init; }

    /// <summary>Gets the worth, in major units.</summary>
    public required string? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code.</summary>
    public required string? Currency { get; init; }

    /// <summary>Gets the address the person had before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PreviousEmail { get; init; }

    /// <summary>Gets what the vendor's API has to add.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? NeedsEnrichment { get; init; }

    /// <summary>Gets a value indicating whether no map knows the stage.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Unmapped { get; init; }

    /// <summary>Gets a value indicating whether another event of the delivery tells a later stage of the same record.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Stale { get; init; }

    /// <summary>Gets a value indicating whether what belonged together no longer does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Removed { get; init; }

    /// <summary>Puts the events of one delivery in the form that is printed.</summary>
    public static IReadOnlyList<EventReading> Of(IReadOnlyList<SourceEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);

        var staged = events.Where(source => source is { ToStageRaw: not null, OccurredAt: not null }).ToList();
        return [.. events.Select(source => Of(source, staged.Any(other => SameRecord(source, other) && other.OccurredAt > source.OccurredAt)))];
    }

    private static EventReading Of(SourceEvent source, bool overtaken) => new()
    {
        Kind = source.Kind,
        SubjectEmail = source.SubjectEmail,
        ExternalIds = source.ExternalIds,
        FromStageRaw = source.FromStageRaw,
        ToStageRaw = source.ToStageRaw,
        ExpectedFunnelStage = source.Stage,
        OccurredAtUtc = source.OccurredAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        DedupeKey = source.DedupeKey,
        Amount = source.Amount?.ToString("0.############################", CultureInfo.InvariantCulture),
        Currency = source.Currency,
        PreviousEmail = source.PreviousEmail,
        NeedsEnrichment = source.NeedsEnrichment is { IsEmpty: false } lacking ? lacking : null,
        Unmapped = source.Unmapped,
        Stale = source.ToStageRaw is not null && overtaken,
        Removed = source is { Kind: SourceEventKind.AssociationChanged, DealStatus: DealStatus.Deleted },
    };

    private static bool SameRecord(SourceEvent one, SourceEvent other) =>
        one.DealId == other.DealId && (one.DealId is not null || (one.People is [var person, ..] && other.People is [var otherPerson, ..] && person == otherPerson));
}
