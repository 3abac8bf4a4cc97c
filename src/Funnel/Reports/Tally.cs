using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>What a lead or a deal adds to the figures. A pure function of its state.</summary>
/// <param name="Cells">The figures that are not zero.</param>
public sealed record Tally(ImmutableSortedDictionary<TallyCell, decimal> Cells)
{
    /// <summary>Adds nothing.</summary>
    public static readonly Tally None = new(ImmutableSortedDictionary<TallyCell, decimal>.Empty);
}

/// <summary>What a lead adds to the figures, and what it says about its deals.</summary>
/// <param name="Deals">What the lead says about each deal, by connector and id.</param>
public sealed record LeadTally(Tally Tally, ImmutableSortedDictionary<string, DealWord> Deals)
{
    /// <summary>Adds nothing.</summary>
    public static readonly LeadTally None = new(Tally.None, ImmutableSortedDictionary<string, DealWord>.Empty);
}

/// <summary>What one lead says about a deal. A deal that several leads are on counts once, by the latest of
/// them.</summary>
public sealed record DealWord
{
    public required DealStatus Status { get; init; }

    /// <summary>Gets the amount in major units; null when unknown.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code in capitals; empty when unknown.</summary>
    public string Currency { get; init; } = "";

    /// <summary>Gets the day on which the deal was won or lost: the tool's close date, else the day of the fact. For an
    /// open one the day on which it opened.</summary>
    public required DateOnly On { get; init; }

    /// <summary>Gets when the lead's tools last reported the deal, in UTC.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Gets a value indicating whether the lead won another deal before.</summary>
    public bool IsRepeat { get; init; }

    /// <summary>Gets the lead's present stage.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets the view of the lead's segment.</summary>
    public required string Segment { get; init; }

    /// <summary>Gets since when the lead is known, in UTC.</summary>
    public required DateTimeOffset KnownSince { get; init; }
}
