using System.Collections.Immutable;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Parity;

/// <summary>How far the walk over a tool's people has come.</summary>
/// <param name="Next">Where the next page begins; null at the start.</param>
/// <param name="Run">Tells the rows of this walk from those of the one before: 0 or 1.</param>
/// <param name="Sums">What was counted so far, by the other tool.</param>
internal sealed record ParityWalk(
    DateTimeOffset StartedAt, string? Next, bool Done, int Run, ImmutableSortedDictionary<string, ParitySums> Sums)
{
    /// <summary>Returns a walk that begins after another.</summary>
    public static ParityWalk After(ParityWalk? before, DateTimeOffset now) =>
        new(now, null, false, before is null ? 0 : 1 - before.Run, ImmutableSortedDictionary<string, ParitySums>.Empty);

    /// <summary>Returns the walk with a page counted.</summary>
    public ParityWalk With(IEnumerable<ComparedPerson> people, string? next) => this with
    {
        Next = next,
        Done = next is null,
        Sums = people.Aggregate(Sums, (sums, person) => sums.SetItem(person.To, SumsOf(sums, person.To).With(person))),
    };

    /// <summary>Returns how many of a cause were found so far.</summary>
    public int Found(string to, ParityCause cause) => SumsOf(Sums, to).Missing.GetValueOrDefault(cause);

    /// <summary>Returns the report about another tool.</summary>
    public ParityReport ReportOf(string from, string to, DateTimeOffset now)
    {
        var sums = SumsOf(Sums, to);
        return new(
            from, to, StartedAt, now, sums.People, sums.InBoth, sums.Missing,
            [.. sums.Stages.Select(stage => new StageParity(stage.Key, stage.Value.InBoth, stage.Value.Missing))]);
    }

    private static ParitySums SumsOf(ImmutableSortedDictionary<string, ParitySums> sums, string to) =>
        sums.GetValueOrDefault(to, ParitySums.None);
}

/// <summary>What a walk has counted.</summary>
internal sealed record ParitySums(
    int People, int InBoth, ImmutableSortedDictionary<ParityCause, int> Missing, ImmutableSortedDictionary<FunnelStage, StageSums> Stages)
{
    public static readonly ParitySums None = new(
        0, 0, ImmutableSortedDictionary<ParityCause, int>.Empty, ImmutableSortedDictionary<FunnelStage, StageSums>.Empty);

    public ParitySums With(ComparedPerson person)
    {
        var (there, lacks) = person.Finding is null ? (1, 0) : (0, 1);
        var missing = person.Finding is { Cause: var cause } ? Missing.SetItem(cause, Missing.GetValueOrDefault(cause) + 1) : Missing;
        return new(People + 1, InBoth + there, missing, person.Stage is { } stage ? WithStage(stage, there, lacks) : Stages);
    }

    private ImmutableSortedDictionary<FunnelStage, StageSums> WithStage(FunnelStage stage, int there, int lacks)
    {
        var before = Stages.GetValueOrDefault(stage);
        return Stages.SetItem(stage, new(before.InBoth + there, before.Missing + lacks));
    }
}

/// <summary>What was counted on a stage.</summary>
internal readonly record struct StageSums(int InBoth, int Missing);
