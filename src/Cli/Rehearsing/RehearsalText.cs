using System.Globalization;
using IntegrationHub.Cli.Hubs;

namespace IntegrationHub.Cli.Rehearsing;

/// <summary>Puts a report in words: for a terminal, and in Markdown for a pull request. It names leads by id and
/// record, never by address.</summary>
internal static class RehearsalText
{
    /// <summary>The most changed leads that are shown.</summary>
    private const int MostShown = 20;

    private static readonly string[] CountHead = ["WHAT", "PRESENT", "PROPOSED", "CHANGE"];
    private static readonly string[] LeadHead = ["LEAD", "RECORD", "STAGE", "TEAM", "PERSON", "HANDOFFS", "ALERTS", "WRITES"];

    /// <summary>Describes a report for a terminal.</summary>
    public static string Table(RehearsalReport report) => HubText.Lines(
    [
        Headline(report),
        "",
        .. HubText.Table(CountHead, Counts(report)),
        .. report.Changed.Count == 0 ? Array.Empty<string>() : ["", .. HubText.Table(LeadHead, Leads(report))],
        .. More(report),
    ]);

    /// <summary>Describes a report in Markdown.</summary>
    public static string Markdown(RehearsalReport report) => HubText.Lines(
    [
        $"### {Headline(report)}",
        "",
        .. MarkdownTable(CountHead, Counts(report)),
        .. report.Changed.Count == 0 ? Array.Empty<string>() : ["", .. MarkdownTable(LeadHead, Leads(report))],
        .. More(report),
    ]);

    private static string Headline(RehearsalReport report) =>
        $"{report.Moved} of {Math.Max(report.Leads.Present, report.Leads.Proposed)} leads would stand elsewhere, "
            + $"after {report.Deliveries} deliveries.";

    private static string[] More(RehearsalReport report) => report.ChangedLeads > MostShown
        ? ["", $"{report.ChangedLeads - MostShown} more leads change; --json lists up to {RehearsalRules.MostListed}."]
        : [];

    private static IEnumerable<string[]> Counts(RehearsalReport report)
    {
        (string What, Pair Count)[] rows =
        [
            ("leads", report.Leads), ("handoffs", report.Handoffs), ("returns", report.Returns), ("alerts", report.Alerts),
            .. report.Writes.Select(writes => ($"writes to {writes.Key}", writes.Value)),
            ("stages without a map", report.Unmapped), ("unreadable", report.Unreadable),
                ("of an unknown connector", report.UnknownConnector),
            ("events without the tool's answer", report.Unanswered), ("questions for a person", report.Questions),
        ];
        return rows.Where(row => row.Count != new Pair(0, 0) || row.What == "leads").Select(row => new[]
        {
            HubText.Line(row.What), Text(row.Count.Present), Text(row.Count.Proposed),
            (row.Count.Proposed - row.Count.Present).ToString("+#;-#;0", CultureInfo.InvariantCulture),
        });
    }

    private static IEnumerable<string[]> Leads(RehearsalReport report) => report.Changed.Take(MostShown).Select(lead => new[]
    {
        lead.Lead.Value, HubText.Line(lead.Record),
        Change(lead.Present is { } was ? HubText.Word(was.Stage) : null, lead.Proposed is { } will ? HubText.Word(will.Stage) : null),
        Change(lead.Present?.Team, lead.Proposed?.Team), Change(lead.Present?.Owner, lead.Proposed?.Owner),
        Change(lead.Handoffs), Change(lead.Alerts), Change(lead.Writes),
    });

    private static string Change(Pair pair) => Change(Text(pair.Present), Text(pair.Proposed));

    private static string Change(string? present, string? proposed) =>
        present == proposed ? HubText.Line(present) : $"{HubText.Line(present)} → {HubText.Line(proposed)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> MarkdownTable(string[] head, IEnumerable<string[]> rows) =>
    [
        Row(head.Select(title => title.ToLowerInvariant())), Row(head.Select(_ => "---")), .. rows.Select(row => Row(row.Select(Escape))),
    ];

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Escape(string cell) =>
        cell.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
