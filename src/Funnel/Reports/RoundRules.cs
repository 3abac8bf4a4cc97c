using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Cuts a journey into rounds, and says when a round reached a stage. A round begins with the first entry or
/// with the rule <see cref="StagePolicy.NewRound"/>; a recycled lead stays in its round. Pure.</summary>
internal static class RoundRules
{
    /// <summary>The conversions that are counted, by stage.</summary>
    public static readonly ImmutableArray<(FunnelStage From, FunnelStage To)> Conversions =
    [
        (FunnelStage.Awareness, FunnelStage.Interest), (FunnelStage.Interest, FunnelStage.Evaluation),
        (FunnelStage.Evaluation, FunnelStage.Commitment), (FunnelStage.Commitment, FunnelStage.Referral),
        (FunnelStage.Commitment, FunnelStage.Repeat),
    ];

    /// <summary>Returns the rounds, in order.</summary>
    public static IReadOnlyList<ImmutableArray<StageEntry>> Of(ImmutableArray<StageEntry> entries)
    {
        var rounds = new List<ImmutableArray<StageEntry>>();
        foreach (var entry in entries)
        {
            if (rounds.Count == 0 || entry.Rule == StagePolicy.NewRound)
            {
                rounds.Add([]);
            }

            rounds[^1] = rounds[^1].Add(entry);
        }

        return rounds;
    }

    /// <summary>Returns when a round first reached one of the four stages from Awareness to Commitment: by a stay on
    /// it, or by passing it. What lies before the round's first stage was not reached. Null for never.</summary>
    public static DateTimeOffset? ReachedAt(ImmutableArray<StageEntry> round, FunnelStage stage)
    {
        var before = false;
        foreach (var entry in round)
        {
            var rank = RankOf(entry.Stage);
            if (rank == stage || (before && rank > stage))
            {
                return entry.EnteredAt;
            }

            before |= rank < stage;
        }

        return null;
    }

    /// <summary>Returns when a round that reached <paramref name="from"/> then reached a target; null for
    /// never.</summary>
    /// <param name="entries">All entries of the journey: a second won deal may begin in a later round.</param>
    public static DateTimeOffset? ConvertedAt(
        ImmutableArray<StageEntry> entries, ImmutableArray<StageEntry> round, DateTimeOffset from, FunnelStage to) => to switch
        {
            FunnelStage.Referral => FirstAfter(round, from, to),
            FunnelStage.Repeat => FirstAfter(entries, from, to),
            _ => ReachedAt(round, to),
        };

    private static DateTimeOffset? FirstAfter(ImmutableArray<StageEntry> entries, DateTimeOffset from, FunnelStage stage) =>
        entries.FirstOrDefault(entry => entry.Stage == stage && entry.EnteredAt > from)?.EnteredAt;

    /// <summary>Repeat counts as Commitment. Referral stands beside the order.</summary>
    private static FunnelStage? RankOf(FunnelStage stage) => stage switch
    {
        FunnelStage.Repeat => FunnelStage.Commitment,
        FunnelStage.Referral => null,
        _ => stage,
    };
}
