using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>A lead's stage and history: the fold of a set of facts. Equal sets give equal journeys, in whatever order
/// and however often the facts arrive (<see cref="JourneyFold"/>).</summary>
public sealed record Journey
{
    public required LeadId LeadId { get; init; }

    /// <summary>Gets the present stage.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets the team that owns <see cref="Stage"/>.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets when the lead entered <see cref="Stage"/>, by the vendor's clock.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>Gets when the stall clock starts: at <see cref="EnteredAt"/>, or for a stay that began before the hub with
    /// a team's first work since. Null while the stay is not watched.</summary>
    public DateTimeOffset? WatchedFrom { get; init; }

    /// <summary>Gets every stage entry in order of time; the last is the present one.</summary>
    public required ImmutableArray<StageEntry> Entries { get; init; }

    /// <summary>Gets the deals by connector and id.</summary>
    public required ImmutableArray<Deal> Deals { get; init; }

    /// <summary>Gets whether the person may be mailed, by the latest fact of any tool.</summary>
    public required ConsentState EmailConsent { get; init; }

    /// <summary>Gets the profile: for each property the latest value that was news. The
    /// system of record wins a tie.</summary>
    public required LeadProfile Profile { get; init; }

    /// <summary>Gets the connector behind each known property of the profile.</summary>
    public ImmutableSortedDictionary<PersonProperty, string> ProfileSources { get; init; } =
        ImmutableSortedDictionary<PersonProperty, string>.Empty;

    /// <summary>Gets the lead's keys in order; earlier addresses stay as aliases.</summary>
    public required ImmutableArray<IdentityKey> Identities { get; init; }

    /// <summary>Gets the deleted and merged records among <see cref="Identities"/>.
    /// Nothing is written to them.</summary>
    public ImmutableArray<IdentityKey> GoneRecords { get; init; } = [];

    /// <summary>Gets a value indicating whether every record of the person is deleted. There are no
    /// alerts and handoffs then.</summary>
    public bool Gone => Identities.Any(key => key.Kind == IdentityKind.Person) && !Records.Any();

    /// <summary>Gets the person's existing records, in the order of <see cref="Identities"/>.</summary>
    public IEnumerable<IdentityKey> Records => Identities.Where(key => key.Kind == IdentityKind.Person && !GoneRecords.Contains(key));

    /// <summary>Gets the earliest open activity; null for none. It may lie in the past.</summary>
    public DateTimeOffset? NextActivityAt { get; init; }

    /// <summary>Gets the times in which a booked activity stops the stall clock: ordered and disjoint;
    /// the last may lie ahead.</summary>
    public ImmutableArray<StallPause> Pauses { get; init; } = [];

    /// <summary>Gets when a team last worked on the lead; null for never.</summary>
    public DateTimeOffset? LastActivityAt { get; init; }

    /// <summary>Gets the unmapped raw stage names, oldest first.</summary>
    public required ImmutableArray<UnmappedStage> Held { get; init; }

    /// <summary>Gets a value indicating whether the person asked to be erased.</summary>
    public bool Erased { get; init; }

    /// <summary>Gets the SHA-256 of everything above, in lower-case hexadecimal; equal
    /// for equal sets of facts.</summary>
    public required string Hash { get; init; }
}

/// <summary>A stay on a stage.</summary>
/// <param name="EnteredAt">When it began, in UTC.</param>
/// <param name="Rule">The deciding rule of <see cref="StagePolicy"/>.</param>
/// <param name="Reason">The reason in words, for explanations and briefs.</param>
/// <param name="FactKey">The dedupe key of the fact that moved the lead.</param>
/// <param name="Connector">The fact's connector.</param>
/// <param name="Past">Whether it began before the hub (<see cref="FunnelSettings.LiveSince"/>), or before the hub met
/// the person and no tool reported it since. It causes no handoff and no alert.</param>
public sealed record StageEntry(
    FunnelStage Stage, DateTimeOffset EnteredAt, string Rule, string Reason, string FactKey, string Connector,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Past = false);

/// <summary>A time in which the stall clock stops.</summary>
/// <param name="From">When an activity was booked, in UTC.</param>
/// <param name="To">When it was due, moved or cancelled, in UTC.</param>
public sealed record StallPause(DateTimeOffset From, DateTimeOffset To);

/// <summary>An unmapped raw stage name, once, with the time of its first use.</summary>
public sealed record UnmappedStage(string Connector, string Raw, DateTimeOffset OccurredAt);

/// <summary>A deal, as the facts describe it.</summary>
public sealed record Deal
{
    /// <summary>Gets the connector of its tool.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets its id in the tool.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the raw stage name; null when unknown.</summary>
    public string? Stage { get; init; }

    /// <summary>Gets the mapped funnel stage; null for none.</summary>
    public FunnelStage? FunnelStage { get; init; }

    public required DealStatus Status { get; init; }

    /// <summary>Gets the amount in major units of <see cref="Currency"/>, as given.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code, as given.</summary>
    public string? Currency { get; init; }

    /// <summary>Gets the owner as the tool names them.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets when it was first reported.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Gets the day on which the tool says it was, or is to be, closed; null when unknown.</summary>
    public DateOnly? ClosedOn { get; init; }

    /// <summary>Gets why it was lost; null when unknown.</summary>
    public string? LostReason { get; init; }

    /// <summary>Gets when it last became what <see cref="Status"/> says, in UTC.</summary>
    public DateTimeOffset StatusSince { get; init; }

    /// <summary>Gets when a tool last reported it, in UTC.</summary>
    public DateTimeOffset ChangedAt { get; init; }
}
