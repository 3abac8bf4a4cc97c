using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;

namespace IntegrationHub.Functions.Reports;

/// <summary>What the page of the funnel shows, in words.</summary>
public sealed record DashboardView
{
    private const int WarnAfterHours = 24;

    /// <summary>The outcomes in the order of the bars, with their words.</summary>
    public static readonly ImmutableArray<(string Word, Func<OutcomeCounts, int> Of)> Outcomes =
    [
        ("went on", its => its.WentOn), ("given back", its => its.Returned), ("lost", its => its.Lost), ("back", its => its.Back),
        ("gone", its => its.Gone), ("erased", its => its.Erased), ("still here", its => its.Here),
    ];

    public required FunnelReport Report { get; init; }

    /// <summary>Gets whose figures, in words.</summary>
    public required string Whose { get; init; }

    /// <summary>Gets when the figures were read, and what each tool was last heard of.</summary>
    public required string State { get; init; }

    /// <summary>Gets a value indicating whether figures may be missing.</summary>
    public required bool Warns { get; init; }

    /// <summary>Gets what the reader asked for, to show it in the form.</summary>
    public required string Time { get; init; }

    public required string Segment { get; init; }

    /// <summary>Gets the stages whose leads went through the funnel, in order.</summary>
    public IEnumerable<StageFigures> Stages => Report.Stages;

    public StageFigures? Sticks => Report.Stages.FirstOrDefault(stage => stage.Stage == Report.SticksAt);

    /// <summary>Returns what the page shows of a view.</summary>
    internal static DashboardView Of(FunnelView view, IQueryCollection query) => new()
    {
        Report = view.Report,
        Whose = view.Report.View == TallyViews.All ? "All leads" : view.Report.View.Replace(":", " ", StringComparison.Ordinal),
        State = StateOf(view),
        Warns = view.Blind.Count > 0,
        Time = (string?)query["time"] ?? ReportWindow.Week,
        Segment = (string?)query["segment"] ?? "",
    };

    /// <summary>Writes a share with its denominator, or a dash where there is none, and how many rounds are left out.</summary>
    public static string Words(ConversionReport conversion)
    {
        var share = conversion.Rate is { } rate
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(rate * 100)} % of {conversion.Reached}") : "–";
        var young = conversion.TooYoung == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({conversion.TooYoung} too young)");
        return string.Create(CultureInfo.InvariantCulture, $"to {conversion.To}: {share} in {conversion.Within} d{young}");
    }

    /// <summary>Writes a middle length, or how few there are.</summary>
    public static string Median(TimeSpan? median, int of) => median is { } length ? Length(length)
        : of == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"too few ({of})");

    /// <summary>Writes an amount with its currency before it.</summary>
    public static string Amount(string? currency, decimal amount) =>
        string.Create(CultureInfo.InvariantCulture, $"{currency ?? "(no currency)"} {amount:#,0.00##}");

    public static string Day(DateOnly day) => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    private static string Length(TimeSpan length) => length switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(length.TotalDays)} d"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(length.TotalHours)} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(length.TotalMinutes)} min"),
    };

    private static string StateOf(FunnelView view)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(view.TimeZone);
        var at = TimeZoneInfo.ConvertTime(view.AsOf, zone).ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture);
        return string.Join(' ', [
            $"As of {at} ({view.TimeZone}).",
            .. view.Blind.Select(outage => $"⚠ {outage.Words}: figures may be low."),
            .. view.Connectors.Select(connector => HeardOf(connector, view.AsOf)),
        ]);
    }

    private static string HeardOf(ConnectorState connector, DateTimeOffset now) => connector.LastEventAt is not { } last
        ? $"{connector.Name} not heard yet."
        : now - last < TimeSpan.FromHours(WarnAfterHours) ? $"{connector.Name} heard {Length(now - last)} ago."
        : string.Create(CultureInfo.InvariantCulture, $"{connector.Name} last heard on {last.UtcDateTime:d MMMM}.");
}
