using System.Collections.Immutable;
using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>Makes a report of sums. Pure.</summary>
public static class FunnelReportRules
{
    private const int FewestForMedian = 5, FewestWaiting = 3, RateDigits = 4;

    /// <summary>Returns the report of a window.</summary>
    /// <param name="sums">The sums of the window's months and of the present, by month and key of
    /// <see cref="TallyCell"/>.</param>
    /// <param name="from">The first day, inclusive.</param>
    /// <param name="to">The day after the last.</param>
    /// <param name="today">The present day in the zone of the reports.</param>
    public static FunnelReport Of(
        string view, IEnumerable<(string Month, IReadOnlyDictionary<string, decimal> Sums)> sums, DateOnly from, DateOnly to,
        DateOnly today, FunnelSettings settings)
    {
        var figures = sums
            .SelectMany(month => month.Sums.Select(sum => Figure.Of(month.Month, sum.Key, sum.Value)))
            .Where(figure => figure.IsNow || (figure.Day >= from && figure.Day < to)).ToLookup(figure => figure.Parts[0]);
        ImmutableArray<StageFigures> stages =
            [.. Enum.GetValues<FunnelStage>().Select(stage => StageOf(stage, figures, today, settings))];
        return new(view, from, to, stages, SticksAt(stages), WonOf(figures), SeriesOf(figures, from, to));
    }

    private static StageFigures StageOf(FunnelStage stage, ILookup<string, Figure> figures, DateOnly today, FunnelSettings settings)
    {
        var stays = figures[MeasureCatalog.StayKey].Where(its => its.Parts[1] == stage.ToString()).ToList();
        var now = figures[MeasureCatalog.CountKey].Where(its => its.Parts[1] == stage.ToString()).ToList();
        var dwells = figures[MeasureCatalog.DwellKey].Where(its => its.Parts[1] == stage.ToString()).ToList();
        var outcomes = new OutcomeCounts(
            Of(StayOutcome.WentOn), Of(StayOutcome.Returned), Of(StayOutcome.Lost), Of(StayOutcome.Back), Of(StayOutcome.Gone),
            Of(StayOutcome.Erased), Of(StayOutcome.Here));
        return new()
        {
            Stage = stage,
            Name = settings.Stages[stage].Name,
            Owner = settings.Stages[stage].Owner,
            Count = Total(now),
            Stalled = Total(figures[MeasureCatalog.WaitingKey].Where(its => its.Parts[1] == stage.ToString())),
            Entries = outcomes.Sum,
            Outcomes = outcomes,
            MovedOn =
            [
                .. figures[MeasureCatalog.MovedKey].Where(its => its.Parts[1] == stage.ToString()).GroupBy(its => StageNamed(its.Parts[2]))
                    .OrderBy(to => to.Key).Select(to => new MovedCount(to.Key, Total(to))),
            ],
            MedianDwell = Median(dwells.Select(its => (BucketOf(its), its.Number)), DwellBuckets.Middle),
            DwellOf = Total(dwells),
            MedianAge = Median(
                now.Select(its => (today.DayNumber - its.Day.DayNumber, its.Number)), days => TimeSpan.FromDays(Math.Max(0, days))),
            Conversions =
            [
                .. RoundRules.Conversions.Where(conversion => conversion.From == stage)
                    .Select(conversion => ConversionOf(stage, conversion.To, figures, today, settings.Reports)),
            ],
            OpenValue =
            [
                .. figures[MeasureCatalog.OpenKey].Where(its => its.Parts[1] == stage.ToString()).GroupBy(its => its.Parts[2])
                    .OrderBy(currency => currency.Key, StringComparer.Ordinal)
                    .Select(currency => new Money(CurrencyOf(currency.Key), currency.Sum(its => its.Number))),
            ],
        };

        int Of(StayOutcome outcome) => Total(stays.Where(its => its.Parts[2] == outcome.ToString()));
    }

    private static ConversionReport ConversionOf(
        FunnelStage from, FunnelStage to, ILookup<string, Figure> figures, DateOnly today, ReportSettings reports)
    {
        var within = TallyRules.WithinOf(from, to, reports);
        var newest = today.AddDays(-within);
        var reached = figures[MeasureCatalog.ReachedKey].Where(its => its.Parts[1] == from.ToString()).ToList();
        var old = Total(reached.Where(its => its.Day <= newest));
        var converted = Total(figures[MeasureCatalog.ConvertedKey]
            .Where(its => its.Parts[1] == from.ToString() && its.Parts[2] == to.ToString() && its.Day <= newest));
        return new(
            to, within, old, converted, old == 0 ? null : Math.Round((decimal)converted / old, RateDigits), Total(reached) - old);
    }

    private static FunnelStage? SticksAt(ImmutableArray<StageFigures> stages) => stages
        .Where(stage => stage.Stalled >= FewestWaiting && stage.Count > 0)
        .OrderByDescending(stage => (decimal)stage.Stalled / stage.Count).ThenBy(stage => stage.Stage)
        .Select(stage => (FunnelStage?)stage.Stage).FirstOrDefault();

    private static ImmutableArray<WonReport> WonOf(ILookup<string, Figure> figures)
    {
        var currencies = figures[MeasureCatalog.WonKey].Select(its => its.Parts[2]).Distinct().Order(StringComparer.Ordinal);
        return
        [
            .. currencies.Select(currency =>
            {
                var won = figures[MeasureCatalog.WonKey].Where(its => its.Parts[2] == currency).ToList();
                return new WonReport(
                    CurrencyOf(currency),
                    Total(won),
                    figures[MeasureCatalog.AmountKey].Where(its => its.Parts[1] == currency).Sum(its => its.Number),
                    Total(figures[MeasureCatalog.UnknownKey].Where(its => its.Parts[1] == currency)),
                    Total(won.Where(its => its.Parts[1] == MeasureCatalog.First)),
                    Total(won.Where(its => its.Parts[1] == MeasureCatalog.Again)));
            }),
        ];
    }

    /// <summary>Returns the ISO weeks of the window. The first and the last may lie in it only in part.</summary>
    private static ImmutableArray<WeekReport> SeriesOf(ILookup<string, Figure> figures, DateOnly from, DateOnly to)
    {
        var entries = figures[MeasureCatalog.StayKey].ToLookup(its => WeekOf(its.Day));
        var weeks = new List<string>();
        for (var day = from; day < to; day = day.AddDays(1))
        {
            if (weeks.Count == 0 || weeks[^1] != WeekOf(day))
            {
                weeks.Add(WeekOf(day));
            }
        }

        return [.. weeks.Select(week => new WeekReport(week, new(Of(week, FunnelStage.Interest), Of(week, FunnelStage.Evaluation),
            Of(week, FunnelStage.Commitment))))];

        int Of(string week, FunnelStage stage) => Total(entries[week].Where(its => its.Parts[1] == stage.ToString()));
    }

    /// <summary>Returns the ISO week of a day, as <c>2026-W10</c>.</summary>
    public static string WeekOf(DateOnly day) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{ISOWeek.GetYear(day.ToDateTime(default))}-W{ISOWeek.GetWeekOfYear(day.ToDateTime(default)):00}");

    /// <summary>Returns the middle of counted values; between two middles the mean. Null for fewer than five.</summary>
    private static TimeSpan? Median(IEnumerable<(int Value, decimal Count)> counted, Func<int, TimeSpan> read)
    {
        var ordered = counted.GroupBy(its => its.Value).OrderBy(its => its.Key)
            .Select(its => (its.Key, Count: (int)its.Sum(each => each.Count))).ToList();
        var count = ordered.Sum(its => its.Count);
        return count < FewestForMedian ? null : (read(At((count - 1) / 2)) + read(At(count / 2))) / 2;

        int At(int position)
        {
            var seen = 0;
            return ordered.First(its => (seen += its.Count) > position).Key;
        }
    }

    private static int BucketOf(Figure figure) => int.Parse(figure.Parts[2], NumberStyles.None, CultureInfo.InvariantCulture);

    private static int Total(IEnumerable<Figure> figures) => (int)figures.Sum(figure => figure.Number);

    private static FunnelStage StageNamed(string name) => Enum.Parse<FunnelStage>(name);

    private static string? CurrencyOf(string currency) => currency.Length == 0 ? null : currency;

    /// <summary>A sum, with its day and the parts of its measure.</summary>
    private sealed record Figure(bool IsNow, DateOnly Day, string[] Parts, decimal Number)
    {
        public static Figure Of(string month, string key, decimal number)
        {
            var (day, measure) = TallyCell.Read(month, key);
            return new(month == TallyCell.Now, day, measure.Split('.', 3), number);
        }
    }
}
