using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>The deals of a lead during the fold, with the latest value of each property.</summary>
internal sealed class DealBook
{
    /// <summary>More deals forget the one that was changed least lately, a closed one first.</summary>
    public const int Most = 1_000;

    private readonly Dictionary<(string Connector, string Id), SummedDeal> _deals = [];
    private readonly int[] _openAt = new int[Enum.GetValues<FunnelStage>().Length];

    /// <summary>Gets how many deals are won.</summary>
    public int Won { get; private set; }

    /// <summary>Gets a value indicating whether a won deal is business with an existing customer.</summary>
    public bool HasRepeat => _deals.Values.Any(known => known.Deal is { Status: DealStatus.Won, FunnelStage: FunnelStage.Repeat });

    /// <summary>Gets the furthest stage required by an open deal; null when none is open.</summary>
    public FunnelStage? Floor => Array.FindLastIndex(_openAt, count => count > 0) is var stage and >= 0 ? (FunnelStage)stage : null;

    /// <summary>Returns the least stage that an open deal requires.</summary>
    public static FunnelStage FloorOf(Deal deal) =>
        deal.FunnelStage is { } stage && stage > FunnelStage.Evaluation ? stage : FunnelStage.Evaluation;

    /// <summary>Applies a change.</summary>
    public DealStep Apply(DealChanged change)
    {
        var floorBefore = Floor;
        var key = (change.Connector, change.DealId);
        var before = _deals.GetValueOrDefault(key)?.Deal;
        var after = (before ?? New(change)) with
        {
            Status = change.Status ?? before?.Status ?? DealStatus.Open,
            Amount = change.Clears(DealProperty.Amount) ? null : change.Amount ?? before?.Amount,
            Currency = change.Clears(DealProperty.Currency) ? null : change.Currency ?? before?.Currency,
            Owner = change.Clears(DealProperty.Owner) ? null : change.Owner ?? before?.Owner,
            ClosedOn = change.Clears(DealProperty.ClosedOn) ? null : change.ClosedOn ?? before?.ClosedOn,
            LostReason = change.Clears(DealProperty.LostReason) ? null : change.LostReason ?? before?.LostReason,
            ChangedAt = change.OccurredAt.ToUniversalTime(),
        };
        after = after with { StatusSince = after.Status == before?.Status ? before.StatusSince : after.ChangedAt };
        if (change.Raw is not null || change.Stage is not null)
        {
            after = after with { Stage = change.Raw ?? after.Stage, FunnelStage = change.Stage };
        }

        Set(new(after, change.OccurredAt.ToUniversalTime(), change.DedupeKey));
        return new(before, after, floorBefore);
    }

    /// <summary>Adds the deals of a sum. Of two states of a deal the later counts.</summary>
    public void Join(ImmutableArray<SummedDeal> summed)
    {
        foreach (var theirs in summed)
        {
            var mine = _deals.GetValueOrDefault((theirs.Deal.Connector, theirs.Deal.Id));
            var later = mine is null || mine.ChangedAt <= theirs.ChangedAt ? theirs : mine;
            var opened = mine is null || theirs.Deal.OpenedAt < mine.Deal.OpenedAt ? theirs.Deal.OpenedAt : mine.Deal.OpenedAt;
            Set(later with { Deal = later.Deal with { OpenedAt = opened } });
        }
    }

    /// <summary>Returns the furthest stage required by an open deal that a sum does not know; null for none.</summary>
    public FunnelStage? FloorWithout(ImmutableArray<SummedDeal> summed)
    {
        var theirs = summed.Select(known => (known.Deal.Connector, known.Deal.Id)).ToHashSet();
        var mine = _deals.Where(known => known.Value.Deal.Status == DealStatus.Open && !theirs.Contains(known.Key)).ToList();
        return mine.Count == 0 ? null : mine.Max(known => FloorOf(known.Value.Deal));
    }

    public ImmutableArray<SummedDeal> Sum() => [.. _deals.Values];

    /// <summary>Returns the existing deals by connector and id. A deleted deal counts as never seen.</summary>
    public ImmutableArray<Deal> List() =>
    [
        .. _deals.Values
            .Select(known => known.Deal)
            .Where(deal => deal.Status != DealStatus.Deleted)
            .OrderBy(deal => deal.Connector, StringComparer.Ordinal)
            .ThenBy(deal => deal.Id, StringComparer.Ordinal),
    ];

    private static Deal New(DealChanged change) =>
        new()
        { Connector = change.Connector, Id = change.DealId, Status = DealStatus.Open, OpenedAt = change.OccurredAt.ToUniversalTime() };

    private void Set(SummedDeal deal)
    {
        var key = (deal.Deal.Connector, deal.Deal.Id);
        Count(_deals.GetValueOrDefault(key)?.Deal, -1);
        Count(deal.Deal, +1);
        _deals[key] = deal;
        if (_deals.Count > Most)
        {
            var oldest = _deals.Values.MinBy(
                known => (known.Deal.Status is DealStatus.Open or DealStatus.Won, known.ChangedAt, known.Key))!;
            Count(oldest.Deal, -1);
            _deals.Remove((oldest.Deal.Connector, oldest.Deal.Id));
        }
    }

    private void Count(Deal? deal, int by)
    {
        if (deal?.Status == DealStatus.Won)
        {
            Won += by;
        }
        else if (deal?.Status == DealStatus.Open)
        {
            _openAt[(int)FloorOf(deal)] += by;
        }
    }
}

/// <summary>The effect of a change on a deal.</summary>
/// <param name="Before">The deal before; null when it is new.</param>
internal sealed record DealStep(Deal? Before, Deal After, FunnelStage? FloorBefore);
