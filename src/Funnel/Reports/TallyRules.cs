using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Says what a lead and a deal add to the figures. Pure: equal states give equal tallies.</summary>
public static class TallyRules
{
    /// <summary>The campaigns of a lead that have a view: its latest.</summary>
    private const int MostCampaigns = 20;

    private const int LongestCurrency = 10;

    /// <summary>Notes a changed tally in the ledger, with the event that makes it counted. Returns null for the event
    /// when the lead adds what it added before.</summary>
    public static (JourneyState State, TallyChanged? Event) Note(
        JourneyState state, Journey journey, FunnelSettings settings, DateTimeOffset now)
    {
        if (journey.Erased || state.Ledger.ErasedAt is not null)
        {
            return (state, null);
        }

        var fingerprint = FingerprintOf(Of(state, journey, settings));
        if (fingerprint == state.Ledger.Tally?.Fingerprint)
        {
            return (state, null);
        }

        var counted = new CountedTally(fingerprint, (state.Ledger.Tally?.Number ?? 0) + 1);
        return (
            state with { Ledger = state.Ledger with { Tally = counted } },
            new()
            {
                Id = CauseId.Of("tallyChanged", state.LeadId, counted.Number, fingerprint), LeadId = state.LeadId, At = now,
                Team = journey.Owner,
            });
    }

    /// <summary>Returns what a lead adds to the figures.</summary>
    public static LeadTally Of(JourneyState state, FunnelSettings settings) =>
        state.Facts.IsEmpty ? LeadTally.None : Of(state, JourneyFold.Fold(state.LeadId, state.Facts.Values, settings), settings);

    internal static LeadTally Of(JourneyState state, Journey journey, FunnelSettings settings)
    {
        if (journey.Erased)
        {
            return LeadTally.None;
        }

        var cells = new SortedDictionary<TallyCell, decimal>();
        var stays = Stay.Of(journey);
        foreach (var (view, since) in ViewsOf(state, journey, settings))
        {
            AddStays(cells, view, since, stays, settings.Reports);
            AddRounds(cells, view, since, journey, settings.Reports);
            if (!journey.Gone)
            {
                AddPresent(cells, view, state.Ledger, stays[^1], settings.Reports);
            }
        }

        return new(new(cells.ToImmutableSortedDictionary()), WordsOf(journey, settings.Reports));
    }

    /// <summary>Returns what a deal adds to the figures, by what its leads say. The latest word counts.</summary>
    /// <param name="words">What each lead says, by lead.</param>
    public static Tally OfDeal(IReadOnlyDictionary<string, DealWord> words)
    {
        if (words.Count == 0)
        {
            return Tally.None;
        }

        var deal = words.OrderBy(word => word.Value.ChangedAt).ThenBy(word => word.Key, StringComparer.Ordinal).Last().Value;
        var segment = words.OrderBy(word => word.Value.KnownSince).ThenBy(word => word.Key, StringComparer.Ordinal).First().Value.Segment;
        var cells = new SortedDictionary<TallyCell, decimal>();
        foreach (var view in new[] { TallyViews.All, segment })
        {
            if (deal.Status == DealStatus.Won)
            {
                Add(cells, TallyCell.On(view, deal.On, MeasureCatalog.Won(deal.Currency, words.Values.Any(word => word.IsRepeat))), 1);
                Add(
                    cells, TallyCell.On(view, deal.On, deal.Amount is null
                        ? MeasureCatalog.Unknown(deal.Currency) : MeasureCatalog.Amount(deal.Currency)),
                    deal.Amount ?? 1);
            }
            else if (deal.Status == DealStatus.Lost)
            {
                Add(cells, TallyCell.On(view, deal.On, MeasureCatalog.LostKey), 1);
            }
            else if (deal is { Status: DealStatus.Open, Amount: { } amount })
            {
                var furthest = words.Values.Max(word => word.Stage);
                Add(cells, TallyCell.Since(view, deal.On, MeasureCatalog.Open(furthest, deal.Currency)), amount);
            }
        }

        return new(cells.ToImmutableSortedDictionary());
    }

    /// <summary>Returns the views that a lead adds to, each with the time since which it does; null for always. A stay
    /// counts for a campaign when it ended after the lead had met it, or has not ended.</summary>
    private static IEnumerable<(string View, DateTimeOffset? Since)> ViewsOf(JourneyState state, Journey journey, FunnelSettings settings)
    {
        yield return (TallyViews.All, null);
        yield return (TallyViews.OfSegment(journey.Profile.Segment), null);
        var touches = CampaignRules.TouchesOf(FactOrder.Sort(state.Facts.Values, settings.SystemOfRecord)).ToList();
        foreach (var channel in touches
            .Select(touch => (Channel: CampaignRules.ChannelOf(touch, settings), touch.OccurredAt))
            .Where(touch => touch.Channel is not null).GroupBy(touch => touch.Channel!.Value))
        {
            yield return (TallyViews.OfChannel(channel.Key), channel.Min(touch => touch.OccurredAt));
        }

        foreach (var campaign in touches
            .Where(touch => OneLine.Of(touch.Campaign, int.MaxValue) is not null)
            .GroupBy(touch => TallyViews.OfCampaign(touch.Campaign!))
            .OrderByDescending(met => met.Max(touch => touch.OccurredAt)).ThenBy(met => met.Key, StringComparer.Ordinal)
            .Take(MostCampaigns))
        {
            yield return (campaign.Key, campaign.Min(touch => touch.OccurredAt));
        }
    }

    private static void AddStays(
        SortedDictionary<TallyCell, decimal> cells, string view, DateTimeOffset? since, IEnumerable<Stay> stays, ReportSettings reports)
    {
        foreach (var stay in stays.Where(stay => since is null || stay.LeftAt is null || stay.LeftAt > since))
        {
            Add(cells, TallyCell.On(view, reports.DayOf(stay.EnteredAt), MeasureCatalog.Stay(stay.Stage, stay.Outcome)), 1);
            if (stay.LeftAt is { } left)
            {
                var bucket = DwellBuckets.Of(left - stay.EnteredAt);
                Add(cells, TallyCell.On(view, reports.DayOf(left), MeasureCatalog.Dwell(stay.Stage, bucket)), 1);
                if (stay.Outcome == StayOutcome.WentOn)
                {
                    Add(cells, TallyCell.On(view, reports.DayOf(left), MeasureCatalog.Moved(stay.Stage, stay.To!.Value)), 1);
                }
            }
        }
    }

    private static void AddRounds(
        SortedDictionary<TallyCell, decimal> cells, string view, DateTimeOffset? since, Journey journey, ReportSettings reports)
    {
        foreach (var round in RoundRules.Of(journey.Entries))
        {
            foreach (var stage in RoundRules.Conversions.Select(conversion => conversion.From).Distinct())
            {
                if (RoundRules.ReachedAt(round, stage) is not { } reached || reached < since)
                {
                    continue;
                }

                Add(cells, TallyCell.On(view, reports.DayOf(reached), MeasureCatalog.Reached(stage)), 1);
                foreach (var to in RoundRules.Conversions.Where(conversion => conversion.From == stage).Select(conversion => conversion.To))
                {
                    if (RoundRules.ConvertedAt(journey.Entries, round, reached, to) is { } converted
                        && converted - reached <= TimeSpan.FromDays(WithinOf(stage, to, reports)))
                    {
                        Add(cells, TallyCell.On(view, reports.DayOf(reached), MeasureCatalog.Converted(stage, to)), 1);
                    }
                }
            }
        }
    }

    /// <summary>Returns the days within which a conversion counts.</summary>
    internal static int WithinOf(FunnelStage from, FunnelStage to, ReportSettings reports) =>
        to == FunnelStage.Repeat ? ReportSettings.WithinOfRepeat : reports.WithinOf(from);

    private static void AddPresent(
        SortedDictionary<TallyCell, decimal> cells, string view, JourneyLedger ledger, Stay present, ReportSettings reports)
    {
        var day = reports.DayOf(present.EnteredAt);
        Add(cells, TallyCell.Since(view, day, MeasureCatalog.Count(present.Stage)), 1);
        if (ledger.Alerts.Any(alert => alert is { Kind: AlertKind.StageOverdue, Level: >= 1 }
            && alert.Stage == present.Stage && alert.EnteredAt == present.EnteredAt))
        {
            Add(cells, TallyCell.Since(view, day, MeasureCatalog.Waiting(present.Stage)), 1);
        }
    }

    private static ImmutableSortedDictionary<string, DealWord> WordsOf(Journey journey, ReportSettings reports)
    {
        var won = journey.Deals.Where(deal => deal.Status == DealStatus.Won)
            .OrderBy(deal => DayOf(deal, reports)).ThenBy(deal => deal.StatusSince)
            .ThenBy(deal => deal.Connector, StringComparer.Ordinal).ThenBy(deal => deal.Id, StringComparer.Ordinal).ToList();
        return journey.Deals.ToImmutableSortedDictionary(
            deal => $"{deal.Connector}|{deal.Id}",
            deal => new DealWord
            {
                Status = deal.Status,
                Amount = deal.Amount,
                Currency = OneLine.Of(deal.Currency, LongestCurrency)?.ToUpperInvariant() ?? "",
                On = DayOf(deal, reports),
                ChangedAt = deal.ChangedAt,
                IsRepeat = won.IndexOf(deal) > 0,
                Stage = journey.Stage,
                Segment = TallyViews.OfSegment(journey.Profile.Segment),
                KnownSince = journey.Entries[0].EnteredAt,
            },
            StringComparer.Ordinal);
    }

    private static DateOnly DayOf(Deal deal, ReportSettings reports) => deal.Status == DealStatus.Open
        ? reports.DayOf(deal.OpenedAt) : deal.ClosedOn ?? reports.DayOf(deal.StatusSince);

    private static void Add(SortedDictionary<TallyCell, decimal> cells, TallyCell cell, decimal number) =>
        cells[cell] = cells.GetValueOrDefault(cell) + number;

    private static string FingerprintOf(LeadTally tally) => CauseId.Of(
        "tally",
        [
            .. tally.Tally.Cells.SelectMany(cell => new object[] { cell.Key.View, cell.Key.Month, cell.Key.Key, cell.Value }),
            .. tally.Deals.SelectMany(deal => WordOf(deal.Key, deal.Value)),
        ]);

    private static IEnumerable<object?> WordOf(string deal, DealWord word) =>
    [
        deal, word.Status, word.Amount, word.Currency, word.On, word.ChangedAt, word.IsRepeat, word.Stage, word.Segment, word.KnownSince,
    ];
}
