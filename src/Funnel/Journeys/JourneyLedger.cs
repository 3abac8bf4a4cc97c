using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>The hub's own actions on a lead: the part of its state that is not a fold of facts,
/// stored in the journey's row.</summary>
public sealed record JourneyLedger
{
    /// <summary>The empty ledger: the lead counts as announced to the owner of Awareness.</summary>
    public static readonly JourneyLedger Empty = new();

    /// <summary>Gets the team that the lead was last announced to; null for the owner of Awareness.</summary>
    public string? AnnouncedOwner { get; init; }

    /// <summary>Gets the stay of before the first meeting that made the lead another team's, unannounced; null for
    /// none. It is announced if a tool reports it after all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StageEntry? UnannouncedEntry { get; init; }

    /// <summary>Gets the last published stage entry; null until the first.</summary>
    public StageEntry? PublishedEntry { get; init; }

    /// <summary>Gets the number of published stage changes. It is part of their ids, because a late
    /// fact may repeat a change.</summary>
    public int PublishedChanges { get; init; }

    /// <summary>Gets the handoffs, oldest first.</summary>
    public ImmutableArray<Handoff> Handoffs { get; init; } = [];

    /// <summary>Gets the alerts, oldest first.</summary>
    public ImmutableArray<Alert> Alerts { get; init; } = [];

    /// <summary>Gets the silences, oldest first.</summary>
    public ImmutableArray<Silence> Silences { get; init; } = [];

    /// <summary>Gets the lead that this one was merged into; null for none. Later facts go to that lead.</summary>
    public LeadId? MergedInto { get; init; }

    /// <summary>Gets when the person was erased; null for never. Later facts are dropped.</summary>
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>Gets the last announced profile; null until the first.</summary>
    public AnnouncedProfile? Profile { get; init; }

    /// <summary>Gets the last announced consent; null until the first.</summary>
    public AnnouncedConsent? Consent { get; init; }

    /// <summary>Gets the latest few dozen writes to the tools, oldest first.</summary>
    public ImmutableArray<OwnWrite> Writes { get; init; } = [];

    /// <summary>Gets the breakers, at most one for each property. A closed one stays until the next opens.</summary>
    public ImmutableArray<SyncLoopBreaker> Breakers { get; init; } = [];

    /// <summary>Gets the due time of the lead's row in the deadline index (see
    /// <see cref="StallRules"/>); null for none.</summary>
    public DateTimeOffset? WatchedAt { get; init; }

    /// <summary>Gets what the lead last said it adds to the figures; null until the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CountedTally? Tally { get; init; }
}

/// <summary>What a lead last said it adds to the figures.</summary>
/// <param name="Fingerprint">The hash of its tally.</param>
/// <param name="Number">How often the tally changed. A lower one is older.</param>
public sealed record CountedTally(string Fingerprint, int Number);

/// <summary>The last announced profile.</summary>
/// <param name="Fingerprint">The hash of the synced properties and of the records that get them.</param>
/// <param name="Times">How often a profile was announced, which is part of the announcement's id.</param>
public sealed record AnnouncedProfile(string Fingerprint, int Times);

/// <summary>The last announced consent.</summary>
/// <param name="Records">The hash of the person's records at that time: a later record gets the consent too.</param>
/// <param name="Times">How often a consent was announced.</param>
public sealed record AnnouncedConsent(ConsentState Email, string Records, int Times);
