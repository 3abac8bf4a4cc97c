using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>The oldest facts of a lead, summed up to what the fold made of them (<see cref="SummingRules"/>). The fold of
/// it and the later facts equals the fold of all. It stands at the place of the last summed fact.</summary>
public sealed record FactsSummed : Fact
{
    /// <summary>Gets how many facts it stands for.</summary>
    public required int Count { get; init; }

    /// <summary>Gets when the first of them happened, in UTC.</summary>
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>Gets the place of the last of them in the order of facts.</summary>
    public required FactPlace Last { get; init; }

    public required SummedStages Stages { get; init; }

    public required ImmutableArray<SummedDeal> Deals { get; init; }

    public required SummedPerson Person { get; init; }

    public required SummedActivities Activities { get; init; }

    /// <summary>Gets the records that a fact deleted or showed.</summary>
    public required ImmutableArray<SummedRecord> Records { get; init; }

    /// <summary>Gets every key that a summed fact named. An erasure needs each.</summary>
    public required ImmutableArray<IdentityKey> Keys { get; init; }

    /// <summary>Gets the latest addresses of records.</summary>
    public required ImmutableArray<SummedAddress> Addresses { get; init; }

    /// <summary>Gets each tool's first own opt-out, which the hub never withdraws.</summary>
    public required ImmutableArray<SummedOptOut> OptOuts { get; init; }

    /// <summary>Gets the few facts that are looked up one by one: behind the present stay, returns and touches. They
    /// are not folded again.</summary>
    public required ImmutableArray<Fact> Kept { get; init; }

    /// <summary>Gets the latest touches that tools took back. One that is reported later does not count either.</summary>
    public ImmutableArray<SummedWithdrawal> Withdrawn { get; init; } = [];

    /// <summary>Gets eight bytes of each of the latest dedupe keys.</summary>
    public required ReadOnlyMemory<byte> Known { get; init; }
}

/// <summary>A place in the order of facts (<see cref="FactOrder"/>), beside the time.</summary>
public sealed record FactPlace(string Connector, int Kind, int Detail, string Key);

/// <summary>The stays on the stages.</summary>
/// <param name="SaidAt">When a fact last could have moved the lead.</param>
/// <param name="CrmSaidAt">When a CRM's fact last could; null for never.</param>
/// <param name="Reports">The reported claims of the last minute.</param>
/// <param name="Found">The stays of the last minute that were read at first meeting and are not reported.</param>
public sealed record SummedStages(
    ImmutableArray<StageEntry> Entries, ImmutableArray<UnmappedStage> Held, ImmutableArray<SummedWord> LastWords,
    ImmutableArray<SummedRaw> LastRaws, DateTimeOffset SaidAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? CrmSaidAt,
    ImmutableArray<StageReport> Reports, ImmutableArray<StageReport> Found);

/// <summary>The stage where a CRM last put the lead.</summary>
public sealed record SummedWord(string Connector, FunnelStage Stage, DateTimeOffset At);

/// <summary>The raw stage or status that a CRM has shown since a time.</summary>
/// <param name="At">When it last showed it.</param>
public sealed record SummedRaw(string Connector, string Raw, DateTimeOffset Since, DateTimeOffset At);

/// <summary>A claim or a deal's change, for comparison.</summary>
/// <param name="DealId">The deal's id; null for a claim.</param>
public sealed record StageReport(string Connector, string? DealId, string? Raw, DealStatus? Status, DateTimeOffset At);

/// <summary>A deal, deleted ones too.</summary>
/// <param name="ChangedAt">When it was last changed.</param>
/// <param name="Key">The dedupe key of that change.</param>
public sealed record SummedDeal(Deal Deal, DateTimeOffset ChangedAt, string Key);

/// <summary>Keys, profile and consent of the person.</summary>
/// <param name="ConsentAt">When it was last said; null for never.</param>
public sealed record SummedPerson(
    ImmutableArray<SummedKey> Keys, ImmutableArray<SummedProperty> Profile, ConsentState Consent,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ConsentAt, bool Erased);

/// <summary>A key that was linked or unlinked last.</summary>
public sealed record SummedKey(IdentityKey Key, bool Linked, DateTimeOffset At);

/// <summary>A property of the profile.</summary>
/// <param name="Name">The property's name, <c>Email</c> or <c>Score</c>.</param>
/// <param name="Said">The last word of each tool, latest last.</param>
/// <param name="Present">The word that counts; null for none.</param>
public sealed record SummedProperty(
    string Name, ImmutableArray<ProfileWord> Said,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ProfileWord? Present);

/// <summary>A tool's value of a property.</summary>
/// <param name="At">When it was news.</param>
/// <param name="HeardAt">When the tool last said it.</param>
public sealed record ProfileWord(
    string Connector, string Value, string Comparable, bool IsEcho, DateTimeOffset At, DateTimeOffset HeardAt);

/// <summary>Work and bookings of the teams.</summary>
public sealed record SummedActivities(
    ImmutableArray<SummedBooking> Bookings, ImmutableArray<StallPause> Pauses,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? FirstLiveAt);

/// <summary>The last word about a booked activity.</summary>
/// <param name="DueAt">When it is due; null when it is done or cancelled.</param>
public sealed record SummedBooking(
    string Connector, string Id, DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? DueAt);

/// <summary>A record that was deleted or shown last.</summary>
public sealed record SummedRecord(IdentityKey Record, bool Gone, DateTimeOffset At);

/// <summary>An address that a record had.</summary>
public sealed record SummedAddress(IdentityKey Record, IdentityKey Address, DateTimeOffset At);

/// <summary>A touch that a tool took back.</summary>
public sealed record SummedWithdrawal(string Connector, string TouchId);

/// <summary>A tool's first own opt-out.</summary>
public sealed record SummedOptOut(string Connector, DateTimeOffset At);
