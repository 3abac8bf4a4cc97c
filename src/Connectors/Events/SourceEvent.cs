using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>
/// One event of a tool in the words all connectors share: what a vendor's mapper makes of its wire format, and what <see cref="FactMapper"/> makes facts of.
/// </summary>
public sealed record SourceEvent
{
    /// <summary>Gets what happened.</summary>
    public required SourceEventKind Kind { get; init; }

    /// <summary>Gets what makes two deliveries the same event: equal keys, one event.</summary>
    public required string DedupeKey { get; init; }

    /// <summary>Gets when it happened by the vendor's clock; null where the vendor does not say (the receive time counts then). UTC.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>Gets the person's canonical address as the payload has it; null where it has none.</summary>
    public string? SubjectEmail { get; init; }

    /// <summary>Gets the address the person had before, where the event says so.</summary>
    public string? PreviousEmail { get; init; }

    /// <summary>Gets further canonical addresses of the person; aliases as good as the first.</summary>
    public ImmutableArray<string> FurtherEmails { get; init; } = [];

    /// <summary>Gets the vendor's ids by the vendor's names for them, for people to read.</summary>
    public ImmutableSortedDictionary<string, string> ExternalIds { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Gets the stage the record left, in the vendor's words; null where it is not said.</summary>
    public string? FromStageRaw { get; init; }

    /// <summary>Gets the stage the record came to, in the vendor's words; null where it is not said.</summary>
    public string? ToStageRaw { get; init; }

    /// <summary>Gets the funnel stage that <see cref="ToStageRaw"/> or the kind of activity maps to; null for none.</summary>
    public FunnelStage? Stage { get; init; }

    /// <summary>Gets a value indicating whether <see cref="ToStageRaw"/> is a stage that no map knows.</summary>
    public bool Unmapped { get; init; }

    /// <summary>Gets the deal's worth in major units, as given.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code, as given.</summary>
    public string? Currency { get; init; }

    /// <summary>Gets what of the deal the tool says is empty now: cleared is not unknown.</summary>
    public ImmutableArray<DealProperty> Cleared { get; init; } = [];

    /// <summary>Gets what the payload lacks and the vendor's API has, by name (<c>email</c>, <c>fromStage</c>, <c>amount</c>, <c>currency</c>).</summary>
    public ImmutableArray<string> NeedsEnrichment { get; init; } = [];

    /// <summary>Gets whose word it is.</summary>
    public required ToolSide Side { get; init; }

    /// <summary>Gets the person's record keys, strongest first; of a deal's event the keys of all its people, who are several persons. Empty where the payload names only a deal or only an address.</summary>
    public ImmutableArray<IdentityKey> People { get; init; } = [];

    /// <summary>Gets the hub's own id where the record carries it (a CRM record that the hub wrote); the strongest key of all.</summary>
    public LeadId? HubLeadId { get; init; }

    /// <summary>Gets the deal's id; null where the event is about no deal.</summary>
    public string? DealId { get; init; }

    /// <summary>
    /// Gets the id of the record by which the person is on the deal, where the tool has one that may pass to another
    /// person; null otherwise. The event's dedupe key names it.
    /// </summary>
    public string? RelationId { get; init; }

    /// <summary>Gets where the deal stands; null where the event does not say.</summary>
    public DealStatus? DealStatus { get; init; }

    /// <summary>Gets the owner of the record as the tool names them; null where it is not said.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets a value indicating whether the event shows that somebody in the CRM works on the lead (status moved, owner set, task done).</summary>
    public bool ShowsWork { get; init; }

    /// <summary>Gets a value indicating whether the hub wrote the record last: what the record shows may then be older.</summary>
    public bool HubWroteLast { get; init; }

    /// <summary>Gets why the lead was given back; null where it was not.</summary>
    public string? ReturnedReason { get; init; }

    /// <summary>Gets a value indicating whether the lead was given back without a reason: that is held, and gives nothing back.</summary>
    public bool ReturnHeld { get; init; }

    /// <summary>Gets how the person met a campaign, for <see cref="SourceEventKind.Activity"/>.</summary>
    public TouchKind? Touch { get; init; }

    /// <summary>Gets the next activity that was booked, moved, done or called off; null where the event is about none.</summary>
    public Booking? Booking { get; init; }

    /// <summary>Gets a value indicating whether the event is worth nothing where its person is not known yet: it makes no lead.</summary>
    public bool OnlyIfKnown { get; init; }

    /// <summary>Gets the campaign's name or id; null where there is none.</summary>
    public string? Campaign { get; init; }

    /// <summary>Gets what was seen or answered in a few words; null where the tool says no more.</summary>
    public string? Detail { get; init; }

    /// <summary>Gets what the event tells of the person; null where it tells nothing.</summary>
    public LeadProfile? Profile { get; init; }

    /// <summary>Gets a value indicating whether the tool has no score of the person any more.</summary>
    public bool ScoreCleared { get; init; }

    /// <summary>Gets the kind of an event that the connector does not read, in the vendor's words; null for one that it does. It is counted and listed, so that nothing is ignored in silence.</summary>
    public string? NotRead { get; init; }

    /// <summary>Gets why this event of an otherwise readable delivery cannot be read; null for one that can. It is parked, and holds back no other.</summary>
    public string? Unreadable { get; init; }

    /// <summary>Gets a value indicating whether it was found on the record when its person was first met, and is older than what brought the meeting: no news for anybody.</summary>
    public bool Past { get; init; }

    /// <summary>Gets the gap that the event tells of, where it names no record to be read again: the whole kind is. Null for any other event.</summary>
    public EventGap? Gap { get; init; }

    /// <summary>Gets a value indicating whether the record has to be read before the event means anything, however well its person is known.</summary>
    public bool AsksRecord { get; init; }

    /// <summary>
    /// Gets a value indicating whether the event says only a part of what the person's record says. Where the person is
    /// met for the first time, the record is read.
    /// </summary>
    public bool IsPartial { get; init; }

    /// <summary>Gets a value indicating whether the tool says that a deleted record is there again.</summary>
    public bool Restored { get; init; }

    /// <summary>Gets a value indicating whether the tool showed the record as it stood at <see cref="OccurredAt"/>: a record that is shown is not deleted.</summary>
    public bool ShowsRecord { get; init; }

    /// <summary>Gets the keys of the records that were merged into <see cref="People"/>'s first, for <see cref="SourceEventKind.ContactMerged"/>.</summary>
    public ImmutableArray<IdentityKey> Merged { get; init; } = [];
}
