using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>How it stands between marketing and sales, in a window.</summary>
/// <param name="View">Whose figures: <see cref="TallyViews"/>.</param>
/// <param name="From">The first day, inclusive.</param>
/// <param name="To">The day after the last.</param>
/// <param name="SticksAt">The stage with the largest share of leads that wait, of those where at least three wait;
/// null for none.</param>
public sealed record FunnelReport(
    string View, DateOnly From, DateOnly To, ImmutableArray<StageFigures> Stages, FunnelStage? SticksAt, ImmutableArray<WonReport> Won,
    ImmutableArray<WeekReport> Series)
{
    /// <summary>Gets a value indicating whether no lead is known.</summary>
    public bool IsEmpty => Stages.All(stage => stage is { Count: 0, Entries: 0 });
}

/// <summary>The figures of a stage. <see cref="MeasureCatalog"/> says what each means.</summary>
public sealed record StageFigures
{
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets the display name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the owning team.</summary>
    public required string Owner { get; init; }

    public required int Count { get; init; }

    public required int Stalled { get; init; }

    public required int Entries { get; init; }

    public required OutcomeCounts Outcomes { get; init; }

    /// <summary>Gets where the leads that went on went, in order of the stages.</summary>
    public required ImmutableArray<MovedCount> MovedOn { get; init; }

    /// <summary>Gets the middle length of the stays that ended; null for fewer than five.</summary>
    public required TimeSpan? MedianDwell { get; init; }

    /// <summary>Gets how many stays ended.</summary>
    public required int DwellOf { get; init; }

    /// <summary>Gets the middle age of the present stays; null for fewer than five.</summary>
    public required TimeSpan? MedianAge { get; init; }

    public required ImmutableArray<ConversionReport> Conversions { get; init; }

    public required ImmutableArray<Money> OpenValue { get; init; }
}

/// <summary>How many stays each outcome ended. They add up to the entries.</summary>
public sealed record OutcomeCounts(int WentOn, int Returned, int Lost, int Back, int Gone, int Erased, int Here)
{
    internal int Sum => WentOn + Returned + Lost + Back + Gone + Erased + Here;
}

/// <summary>How many leads went on to a stage.</summary>
public sealed record MovedCount(FunnelStage To, int Count);

/// <summary>How many rounds went on to a stage.</summary>
/// <param name="Within">The days within which they had to.</param>
/// <param name="Reached">The rounds that are old enough.</param>
/// <param name="Converted">Those of them that went on in time.</param>
/// <param name="Rate">Their share; null when no round is old enough.</param>
/// <param name="TooYoung">The rounds that are left out.</param>
public sealed record ConversionReport(FunnelStage To, int Within, int Reached, int Converted, decimal? Rate, int TooYoung);

/// <summary>An amount in major units.</summary>
/// <param name="Currency">The ISO 4217 code; null when unknown.</param>
public sealed record Money(string? Currency, decimal Amount);

/// <summary>The won deals of a currency.</summary>
/// <param name="Currency">The ISO 4217 code; null when unknown.</param>
/// <param name="Deals">How many, with those without an amount.</param>
/// <param name="First">Those with people who had won none before.</param>
public sealed record WonReport(string? Currency, int Deals, decimal Amount, int WithoutAmount, int First, int Repeat);

/// <summary>The entries of an ISO week.</summary>
/// <param name="Period">The week as <c>2026-W10</c>.</param>
public sealed record WeekReport(string Period, WeekEntries Entries);

public sealed record WeekEntries(int Interest, int Evaluation, int Commitment);
