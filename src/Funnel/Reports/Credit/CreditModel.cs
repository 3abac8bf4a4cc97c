namespace IntegrationHub.Funnel;

/// <summary>How the credit for a won deal is shared between the touches before it.</summary>
public enum CreditModel
{
    /// <summary>30 % each to the first touch, the touch of Interest and the last before the deal opened; 10 % to the
    /// others equally.</summary>
    Milestones,

    /// <summary>All to the first.</summary>
    First,

    /// <summary>All to the last before the win.</summary>
    Last,

    /// <summary>To all equally.</summary>
    Linear,

    /// <summary>40 % each to the first and to the touch of Interest; 20 % to the others equally.</summary>
    Ends,

    /// <summary>Half as much for each <see cref="CreditSettings.HalfLife"/> of age.</summary>
    Decay,
}

/// <summary>What of the past gets credit.</summary>
public sealed record CreditSettings
{
    /// <summary>Gets how many months before the win a touch counts, inclusive. Default: 24.</summary>
    public int Lookback { get; init; } = 24;

    /// <summary>Gets the age in days at which a touch has half of its weight. Default: 90.</summary>
    public int HalfLife { get; init; } = 90;

    /// <summary>Gets the zone in which days are cut.</summary>
    public ReportSettings Reports { get; init; } = new();
}

/// <summary>A person met a campaign.</summary>
/// <param name="Person">Who, by any name that tells people apart.</param>
public sealed record CreditTouch(string Campaign, string Person, DateTimeOffset At);

/// <summary>A won deal with what its people met.</summary>
public sealed record CreditDeal
{
    /// <summary>Gets every touch of its people, in any order.</summary>
    public required IReadOnlyList<CreditTouch> Touches { get; init; }

    /// <summary>Gets when the person who is known longest reached Interest; null for never.</summary>
    public DateTimeOffset? InterestAt { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public required DateTimeOffset WonAt { get; init; }

    /// <summary>Gets when sales first worked on one of its people; null for never.</summary>
    public DateTimeOffset? SalesSince { get; init; }

    /// <summary>Gets when each person last won another deal before; touches after it count alone, if there are
    /// any.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> WonBefore { get; init; } = new Dictionary<string, DateTimeOffset>();
}

/// <summary>The share of a touch.</summary>
/// <param name="Share">From 0 to 1; all shares of a deal add up to 1.</param>
public sealed record CreditShare(CreditTouch Touch, double Share);

/// <summary>The credit of a campaign for a deal.</summary>
/// <param name="Amount">In major units.</param>
public sealed record CampaignCredit(string Campaign, decimal Amount);

/// <summary>Whether marketing brought a won deal.</summary>
public enum CreditPart
{
    /// <summary>A touch came before the deal opened and before sales first worked on it.</summary>
    Sourced,

    /// <summary>Else, a touch came before the win.</summary>
    Influenced,

    /// <summary>No touch is known.</summary>
    Neither,
}
