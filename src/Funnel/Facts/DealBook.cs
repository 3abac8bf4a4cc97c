using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>The deals of a lead during the fold, with the latest value of each property.</summary>
internal sealed class DealBook
{
    private readonly Dictionary<(string Connector, string Id), Deal> _deals = [];
    private readonly int[] _openAt = new int[Enum.GetValues<FunnelStage>().Length];

    /// <summary>Gets how many deals are won.</summary>
    public int Won { get; private set; }

    /// <summary>Gets a value indicating whether a won deal is business with an existing customer.</summary>
    public bool HasRepeat => _deals.Values.Any(deal => deal is { Status: DealStatus.Won, FunnelStage: FunnelStage.Repeat });

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
        var before = _deals.GetValueOrDefault(key);
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

        Count(before, -1);
        Count(after, +1);
        _deals[key] = after;
        return new(before, after, floorBefore);
    }

    /// <summary>Returns the existing deals by connector and id. A deleted deal counts as never seen.</summary>
    public ImmutableArray<Deal> List() =>
    [
        .. _deals.Values
            .Where(deal => deal.Status != DealStatus.Deleted)
            .OrderBy(deal => deal.Connector, StringComparer.Ordinal)
            .ThenBy(deal => deal.Id, StringComparer.Ordinal),
    ];

    private static Deal New(DealChanged change) =>
        new()
        { Connector = change.Connector, Id = change.DealId, Status = DealStatus.Open, OpenedAt = change.OccurredAt.ToUniversalTime() };

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
