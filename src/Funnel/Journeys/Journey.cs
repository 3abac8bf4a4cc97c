using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>
/// Where a lead stands and how it came there: the fold of a set of facts. The same set gives the same journey, in whatever order and however often
/// its facts arrive (<see cref="JourneyFold"/>).
/// </summary>
public sealed record Journey
{
    /// <summary>Gets whose journey it is.</summary>
    public required LeadId LeadId { get; init; }

    /// <summary>Gets the stage that counts now.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets the team that owns <see cref="Stage"/>.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets when the lead entered <see cref="Stage"/>, by the vendors' clocks. The stall clock starts here.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>Gets every stage entry in order of time; the last is the present one.</summary>
    public required ImmutableArray<StageEntry> Entries { get; init; }

    /// <summary>Gets the deals, ordered by connector and id.</summary>
    public required ImmutableArray<Deal> Deals { get; init; }

    /// <summary>Gets whether the person may be written to: the latest word of any tool.</summary>
    public required ConsentState EmailConsent { get; init; }

    /// <summary>Gets what is known of the person: for each property the latest word that was news, the system of record's on a tie. What a tool only says again is none.</summary>
    public required LeadProfile Profile { get; init; }

    /// <summary>Gets the connector whose word each known property of the profile is.</summary>
    public ImmutableSortedDictionary<PersonProperty, string> ProfileSources { get; init; } = ImmutableSortedDictionary<PersonProperty, string>.Empty;

    /// <summary>Gets the keys the lead is known under, ordered; earlier addresses stay as aliases.</summary>
    public required ImmutableArray<IdentityKey> Identities { get; init; }

    /// <summary>Gets those of <see cref="Identities"/> that are records which are no more: deleted, or merged into another. Nothing is written to them.</summary>
    public ImmutableArray<IdentityKey> GoneRecords { get; init; } = [];

    /// <summary>Gets a value indicating whether every record of the person is gone from every tool: then nobody is alerted and nothing is handed over.</summary>
    public bool Gone => Identities.Any(key => key.Kind == IdentityKind.Person) && !Records.Any();

    /// <summary>Gets the person's records that are there, in the order of <see cref="Identities"/>.</summary>
    public IEnumerable<IdentityKey> Records => Identities.Where(key => key.Kind == IdentityKind.Person && !GoneRecords.Contains(key));

    /// <summary>Gets the earliest booked activity that is still open; null where there is none. It may lie in the past.</summary>
    public DateTimeOffset? NextActivityAt { get; init; }

    /// <summary>Gets the times in which the stall clock stands still because a next activity is booked: in order, none touching another, the last perhaps still ahead.</summary>
    public ImmutableArray<StallPause> Pauses { get; init; } = [];

    /// <summary>Gets when a team last worked on the lead (an activity done or booked, a handoff taken up or given back); null where none has.</summary>
    public DateTimeOffset? LastActivityAt { get; init; }

    /// <summary>Gets the raw stage names that no map knows, oldest first.</summary>
    public required ImmutableArray<UnmappedStage> Held { get; init; }

    /// <summary>Gets a value indicating whether the person asked to be forgotten.</summary>
    public bool Erased { get; init; }

    /// <summary>Gets a SHA-256 over everything above in a fixed form, lower-case hexadecimal: equal for equal sets of facts.</summary>
    public required string Hash { get; init; }
}

/// <summary>One stay on one stage.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="EnteredAt">When it began. UTC.</param>
/// <param name="Rule">The rule of <see cref="StagePolicy"/> that decided, by its name there.</param>
/// <param name="Reason">Why in words that a person understands, for "why" and briefs.</param>
/// <param name="FactKey">The dedupe key of the fact that moved the lead.</param>
/// <param name="Connector">The connector whose word it was.</param>
public sealed record StageEntry(FunnelStage Stage, DateTimeOffset EnteredAt, string Rule, string Reason, string FactKey, string Connector);

/// <summary>A time in which the stall clock stands still.</summary>
/// <param name="From">When a next activity was booked. UTC.</param>
/// <param name="To">When it was due, or was moved or called off before. UTC.</param>
public sealed record StallPause(DateTimeOffset From, DateTimeOffset To);

/// <summary>A raw stage name that no map knows; named once, when it was first said.</summary>
/// <param name="Connector">Who said it.</param>
/// <param name="Raw">What was said.</param>
/// <param name="OccurredAt">When.</param>
public sealed record UnmappedStage(string Connector, string Raw, DateTimeOffset OccurredAt);

/// <summary>A deal as the facts leave it.</summary>
public sealed record Deal
{
    /// <summary>Gets the connector of the tool it lives in.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets its id there.</summary>
    public required string Id { get; init; }

    /// <summary>Gets its stage's raw name; null where nobody has said.</summary>
    public string? Stage { get; init; }

    /// <summary>Gets the funnel stage it maps to; null where it maps to none.</summary>
    public FunnelStage? FunnelStage { get; init; }

    /// <summary>Gets where it stands.</summary>
    public required DealStatus Status { get; init; }

    /// <summary>Gets its worth in major units of <see cref="Currency"/>, as given.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code, as given.</summary>
    public string? Currency { get; init; }

    /// <summary>Gets the owner as the tool names them.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets when it was first heard of.</summary>
    public required DateTimeOffset OpenedAt { get; init; }
}
