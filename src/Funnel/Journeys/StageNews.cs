using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Finds the stays that the hub read at first meeting and a tool reported too, which makes them news. The two
/// may have slightly different timestamps.</summary>
internal sealed class StageNews
{
    private static readonly TimeSpan SameMoment = TimeSpan.FromMinutes(1);

    /// <summary>The latest report of each content.</summary>
    private readonly Dictionary<StageReport, StageReport> _reports = [];

    /// <summary>What was read at first meeting and made a stay, and is not reported. The times are of the stays.</summary>
    private readonly List<StageReport> _found = [];

    /// <summary>Notes a report.</summary>
    /// <returns>The times of the stays that it makes news.</returns>
    public IReadOnlyList<DateTimeOffset> Hear(Fact fact)
    {
        if (fact.Past || ReportOf(fact) is not { } report)
        {
            return [];
        }

        _reports[report with { At = default }] = report;
        _found.RemoveAll(found => IsOver(found.At, report.At));
        var matched = _found.FindAll(found => IsSame(found, report));
        _found.RemoveAll(matched.Contains);
        return matched.ConvertAll(found => found.At);
    }

    /// <summary>Forgets a stay that another fact of the same instant replaced.</summary>
    public void Leave(DateTimeOffset at) => _found.RemoveAll(found => found.At == at);

    /// <summary>Notes the stay of a fact that was read at first meeting. Returns whether it has been reported.</summary>
    public bool Enter(Fact fact)
    {
        if (ReportOf(fact) is not { } found)
        {
            return false;
        }

        if (_reports.Values.Any(report => IsSame(found, report)))
        {
            return true;
        }

        _found.Add(found);
        return false;
    }

    /// <summary>Returns what may still match a fact after a time.</summary>
    public (ImmutableArray<StageReport> Reports, ImmutableArray<StageReport> Found) Since(DateTimeOffset last) =>
        ([.. _reports.Values.Where(report => !IsOver(report.At, last))], [.. _found.Where(found => !IsOver(found.At, last))]);

    public void Join(ImmutableArray<StageReport> reports, ImmutableArray<StageReport> found)
    {
        foreach (var report in reports)
        {
            _reports[report with { At = default }] = report;
        }

        _found.AddRange(found);
    }

    private static bool IsOver(DateTimeOffset at, DateTimeOffset now) => now - at > SameMoment;

    private static bool IsSame(StageReport found, StageReport report) =>
        report.Connector == found.Connector
            && (report.At - found.At).Duration() <= SameMoment
            && report.DealId == found.DealId
            && (report.Raw == found.Raw || (found.DealId is not null && report.Status == found.Status));

    private static StageReport? ReportOf(Fact fact) => fact switch
    {
        StageClaimed claim => new(claim.Connector, null, claim.Raw, null, claim.OccurredAt.ToUniversalTime()),
        DealChanged deal => new(deal.Connector, deal.DealId, deal.Raw, deal.Status, deal.OccurredAt.ToUniversalTime()),
        _ => null,
    };
}
