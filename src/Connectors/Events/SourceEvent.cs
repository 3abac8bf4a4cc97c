using System.Collections.Immutable;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>What every event has, whatever its kind. A mapper makes the header of a record, and its events of the
/// header: <c>new ContactCreatedEvent(header) { … }</c>.</summary>
/// <param name="DedupeKey">The key that makes two deliveries the same event.</param>
/// <param name="Side">The side that the tool speaks for.</param>
/// <param name="OccurredAt">When it happened by the vendor's clock, in UTC; null when unknown, and then
/// the receive time counts.</param>
public record EventHeader(string DedupeKey, ToolSide Side, DateTimeOffset? OccurredAt)
{
    /// <summary>Gets the vendor's own time where it lay too far ahead to count; null for all other events.</summary>
    public DateTimeOffset? SaidAt { get; init; }

    /// <summary>Gets the vendor's ids by the vendor's names, for people to read.</summary>
    public ImmutableSortedDictionary<string, string> ExternalIds { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Gets the person's record keys, strongest first. A deal's event has the keys of all its people. Empty
    /// when the payload has only a deal or an address.</summary>
    public ImmutableArray<IdentityKey> People { get; init; } = [];

    /// <summary>Gets the person's canonical address in the payload; null for none.</summary>
    public string? SubjectEmail { get; init; }

    /// <summary>Gets the hub's own id on a CRM record that the hub wrote; the strongest key.</summary>
    public LeadId? HubLeadId { get; init; }
}

/// <summary>A tool's event in the form that all connectors share. Mappers make it from the wire format, and
/// <see cref="FactMapper"/> makes facts of it. Each kind is a sealed type, which has only what that kind may have. An
/// event is a header as well: a further event of the same record is made of it.</summary>
public abstract record SourceEvent : EventHeader
{
    private protected SourceEvent(EventHeader header) : base(header) { }

    /// <summary>Gets the kind's word outside the hub.</summary>
    public abstract SourceEventKind Kind { get; }

    /// <summary>Gets what the payload lacks and the vendor's API has (<c>email</c>, <c>fromStage</c>,
    /// <c>amount</c>, <c>currency</c>).</summary>
    public ImmutableArray<string> NeedsEnrichment { get; init; } = [];
}

/// <summary>A statement about leads: of a person (<see cref="PersonEvent"/>), of a deal (<see cref="DealEvent"/>), or
/// of a relation between them.</summary>
public abstract record LeadEvent : SourceEvent
{
    private protected LeadEvent(EventHeader header) : base(header) { }

    /// <summary>Gets a value indicating whether the event is dropped when its person is unknown.</summary>
    public bool OnlyIfKnown { get; init; }

    /// <summary>Gets a value indicating whether it was read from the record at first meeting and is
    /// older than the first event.</summary>
    public bool Past { get; init; }
}

/// <summary>An event that names a stage.</summary>
public interface IStageEvent
{
    /// <summary>Gets the previous stage in the vendor's form; null when unknown.</summary>
    string? FromStageRaw { get; }

    /// <summary>Gets the new stage in the vendor's form; null when unknown.</summary>
    string? ToStageRaw { get; }

    /// <summary>Gets the funnel stage mapped from <see cref="ToStageRaw"/>; null for none.</summary>
    FunnelStage? Stage { get; }

    /// <summary>Gets a value indicating whether no map knows <see cref="ToStageRaw"/>.</summary>
    bool Unmapped { get; }
}
