using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>A tool's event in the form that all connectors share. Mappers make it from the wire format, and
/// <see cref="FactMapper"/> makes facts of it.</summary>
public sealed record SourceEvent
{
    public required SourceEventKind Kind { get; init; }

    /// <summary>Gets the key that makes two deliveries the same event.</summary>
    public required string DedupeKey { get; init; }

    /// <summary>Gets when it happened by the vendor's clock, in UTC; null when unknown, and then
    /// the receive time counts.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>Gets the person's canonical address in the payload; null for none.</summary>
    public string? SubjectEmail { get; init; }

    /// <summary>Gets the person's previous address; null when unknown.</summary>
    public string? PreviousEmail { get; init; }

    /// <summary>Gets further canonical addresses of the person, equal to the first.</summary>
    public ImmutableArray<string> FurtherEmails { get; init; } = [];

    /// <summary>Gets the vendor's ids by the vendor's names, for people to read.</summary>
    public ImmutableSortedDictionary<string, string> ExternalIds { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Gets the previous stage in the vendor's form; null when unknown.</summary>
    public string? FromStageRaw { get; init; }

    /// <summary>Gets the new stage in the vendor's form; null when unknown.</summary>
    public string? ToStageRaw { get; init; }

    /// <summary>Gets the funnel stage mapped from <see cref="ToStageRaw"/> or the activity; null for none.</summary>
    public FunnelStage? Stage { get; init; }

    /// <summary>Gets a value indicating whether no map knows <see cref="ToStageRaw"/>.</summary>
    public bool Unmapped { get; init; }

    /// <summary>Gets the deal's amount in major units, as given.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code, as given.</summary>
    public string? Currency { get; init; }

    /// <summary>Gets the properties of the deal that the tool cleared.</summary>
    public ImmutableArray<DealProperty> Cleared { get; init; } = [];

    /// <summary>Gets what the payload lacks and the vendor's API has (<c>email</c>, <c>fromStage</c>,
    /// <c>amount</c>, <c>currency</c>).</summary>
    public ImmutableArray<string> NeedsEnrichment { get; init; } = [];

    /// <summary>Gets the side that the tool speaks for.</summary>
    public required ToolSide Side { get; init; }

    /// <summary>Gets the person's record keys, strongest first. A deal's event has the keys of all its people. Empty
    /// when the payload has only a deal or an address.</summary>
    public ImmutableArray<IdentityKey> People { get; init; } = [];

    /// <summary>Gets the hub's own id on a CRM record that the hub wrote; the strongest key.</summary>
    public LeadId? HubLeadId { get; init; }

    /// <summary>Gets the deal's id; null when the event is not about a deal.</summary>
    public string? DealId { get; init; }

    /// <summary>
    /// Gets the id of the record that puts the person on the deal, when the tool has one that may pass to another
    /// person; null for others. The event's dedupe key has it.
    /// </summary>
    public string? RelationId { get; init; }

    /// <summary>Gets the deal's status; null when unknown.</summary>
    public DealStatus? DealStatus { get; init; }

    /// <summary>Gets the record's owner as the tool names them; null when unknown.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets a value indicating whether somebody in the CRM works on the lead: status
    /// moved, owner set, task done.</summary>
    public bool ShowsWork { get; init; }

    /// <summary>Gets a value indicating whether the hub wrote the record last, so its content may be older.</summary>
    public bool HubWroteLast { get; init; }

    /// <summary>Gets the reason of a return; null for none.</summary>
    public string? ReturnedReason { get; init; }

    /// <summary>Gets a value indicating whether the lead was given back without a reason,
    /// which has no effect yet.</summary>
    public bool ReturnHeld { get; init; }

    /// <summary>Gets the contact with a campaign, for <see cref="SourceEventKind.Activity"/>.</summary>
    public TouchKind? Touch { get; init; }

    /// <summary>Gets the activity that was booked, moved, done or cancelled; null for none.</summary>
    public Booking? Booking { get; init; }

    /// <summary>Gets a value indicating whether the event is dropped when its person is unknown.</summary>
    public bool OnlyIfKnown { get; init; }

    /// <summary>Gets the campaign's name or id; null for none.</summary>
    public string? Campaign { get; init; }

    /// <summary>Gets what was seen or answered, in a few words; null for none.</summary>
    public string? Detail { get; init; }

    /// <summary>Gets the profile in the event; null for none.</summary>
    public LeadProfile? Profile { get; init; }

    /// <summary>Gets a value indicating whether the tool cleared the score.</summary>
    public bool ScoreCleared { get; init; }

    /// <summary>Gets the kind of an event that the connector does not read, in the vendor's form; null for others. It
    /// is counted and listed.</summary>
    public string? NotRead { get; init; }

    /// <summary>Gets why this event of a readable delivery is unreadable; null for others. It is parked, and the
    /// other events are processed.</summary>
    public string? Unreadable { get; init; }

    /// <summary>Gets a value indicating whether it was read from the record at first meeting and is
    /// older than the first event.</summary>
    public bool Past { get; init; }

    /// <summary>Gets the gap of an event that names no record, so that the whole kind is read
    /// again; null for others.</summary>
    public EventGap? Gap { get; init; }

    /// <summary>Gets a value indicating whether the record must be read first, even for a known person.</summary>
    public bool AsksRecord { get; init; }

    /// <summary>Gets a value indicating whether the event holds only part of the person's record, which is
    /// read at first meeting.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Gets a value indicating whether the tool restored a deleted record.</summary>
    public bool Restored { get; init; }

    /// <summary>Gets a value indicating whether the tool showed the record at
    /// <see cref="OccurredAt"/>, which then exists.</summary>
    public bool ShowsRecord { get; init; }

    /// <summary>Gets the records merged into the first of <see cref="People"/>, for
    /// <see cref="SourceEventKind.ContactMerged"/>.</summary>
    public ImmutableArray<IdentityKey> Merged { get; init; } = [];
}
