using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>What the hub itself has done about a lead: the part of its state that is not a fold of facts, kept in the journey's row.</summary>
public sealed record JourneyLedger
{
    /// <summary>A ledger in which nothing has been done yet: the lead counts as announced to the owner of Awareness.</summary>
    public static readonly JourneyLedger Empty = new();

    /// <summary>Gets the team last told that the lead is theirs; null until the first handoff, when the owner of Awareness counts as told.</summary>
    public string? AnnouncedOwner { get; init; }

    /// <summary>Gets the entry (stage and time) whose change was last published; null until the first.</summary>
    public StageEntry? PublishedEntry { get; init; }

    /// <summary>Gets how many changes of stage have been published: part of each one's id, since a late fact may make the same change again.</summary>
    public int PublishedChanges { get; init; }

    /// <summary>Gets the handoffs, oldest first.</summary>
    public ImmutableArray<Handoff> Handoffs { get; init; } = [];

    /// <summary>Gets the alerts, oldest first.</summary>
    public ImmutableArray<Alert> Alerts { get; init; } = [];

    /// <summary>Gets who asked for silence about which stay on a stage, oldest first.</summary>
    public ImmutableArray<Silence> Silences { get; init; } = [];

    /// <summary>Gets the lead that this one turned out to be; null for a lead of its own. What is said of this one goes to that one.</summary>
    public LeadId? MergedInto { get; init; }

    /// <summary>Gets when the person was erased; null for everybody else. Nothing that is said of them later is kept.</summary>
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>Gets the fingerprint of the profile last announced, and how often one was: part of each announcement's id; null until the first.</summary>
    public AnnouncedProfile? Profile { get; init; }

    /// <summary>Gets the consent last announced; null until the first.</summary>
    public AnnouncedConsent? Consent { get; init; }

    /// <summary>Gets what the hub wrote to the tools, oldest first: the latest few dozen.</summary>
    public ImmutableArray<OwnWrite> Writes { get; init; } = [];

    /// <summary>Gets the breakers, one at most for each property; one that is closed stays until the next opens.</summary>
    public ImmutableArray<SyncLoopBreaker> Breakers { get; init; } = [];

    /// <summary>Gets the due time of the index row that stands for this lead (see <see cref="StallRules"/>); null where none does.</summary>
    public DateTimeOffset? WatchedAt { get; init; }
}

/// <summary>The profile last announced.</summary>
/// <param name="Fingerprint">Of the properties that tools are kept in step with, and of the records that are to have them.</param>
/// <param name="Times">How many times one was announced.</param>
public sealed record AnnouncedProfile(string Fingerprint, int Times);

/// <summary>The consent last announced.</summary>
/// <param name="Email">Whether the person may be written to.</param>
/// <param name="Records">The fingerprint of the person's records then: a tool that comes to know the person later is told too.</param>
/// <param name="Times">How many times one was announced.</param>
public sealed record AnnouncedConsent(ConsentState Email, string Records, int Times);
