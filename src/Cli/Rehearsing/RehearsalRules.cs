namespace IntegrationHub.Cli.Rehearsing;

/// <summary>Compares two hubs in memory. Pure.</summary>
internal static class RehearsalRules
{
    /// <summary>The most changed leads that a report lists.</summary>
    public const int MostListed = 1_000;

    /// <summary>Compares what two configurations made of the same deliveries.</summary>
    public static RehearsalReport Compare(RehearsedHub present, RehearsedHub proposed, int deliveries)
    {
        var (before, after) = (present.Leads.ToDictionary(lead => lead.Id), proposed.Leads.ToDictionary(lead => lead.Id));
        List<ChangedLead> changed =
        [
            .. before.Keys.Union(after.Keys).Select(id => Compare(before.GetValueOrDefault(id), after.GetValueOrDefault(id)))
                .OfType<ChangedLead>()
                .OrderByDescending(lead => lead.Moves).ThenBy(lead => lead.Lead.Value, StringComparer.Ordinal),
        ];
        return new(
            deliveries,
            new(before.Count, after.Count),
            changed.Count(lead => lead.Moves),
            new(before.Values.Sum(lead => lead.Handoffs), after.Values.Sum(lead => lead.Handoffs)),
            new(present.Counts.Returns, proposed.Counts.Returns),
            new(before.Values.Sum(lead => lead.Alerts), after.Values.Sum(lead => lead.Alerts)),
            present.Counts.WritesTo.Keys.Union(proposed.Counts.WritesTo.Keys).Order(StringComparer.Ordinal).ToDictionary(
                connector => connector,
                connector => new Pair(
                    present.Counts.WritesTo.GetValueOrDefault(connector), proposed.Counts.WritesTo.GetValueOrDefault(connector))),
            new(UnmappedIn(before.Values), UnmappedIn(after.Values)),
            new(present.Counts.Unreadable, proposed.Counts.Unreadable),
            new(present.Counts.Unknown, proposed.Counts.Unknown),
            new(present.Counts.Unanswered, proposed.Counts.Unanswered),
            new(present.Counts.Questions, proposed.Counts.Questions),
            changed.Count,
            [.. changed.Take(MostListed)]);
    }

    /// <summary>Whether more leads move than may.</summary>
    /// <param name="limit">A number of leads, or a share of all that ends in %.</param>
    public static bool IsAbove(RehearsalReport report, string limit) => limit.EndsWith('%')
        ? report.Moved * 100m > Number(limit[..^1]) * Math.Max(report.Leads.Present, report.Leads.Proposed)
        : report.Moved > Number(limit);

    /// <summary>Whether a text is a limit: a whole number, or a number up to 100 that ends in %.</summary>
    public static bool IsLimit(string limit) => limit.EndsWith('%')
        ? decimal.TryParse(limit[..^1], System.Globalization.CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 100
        : int.TryParse(limit, System.Globalization.CultureInfo.InvariantCulture, out var count) && count >= 0;

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static int UnmappedIn(IEnumerable<RehearsedLead> leads) =>
        leads.SelectMany(lead => lead.Journey?.Held ?? []).Select(held => (held.Connector, held.Raw)).Distinct().Count();

    private static ChangedLead? Compare(RehearsedLead? before, RehearsedLead? after)
    {
        var lead = before ?? after!;
        var compared = new ChangedLead(
            lead.Id,
            lead.Records.OrderBy(record => record.Canonical, StringComparer.Ordinal).Select(record => $"{record.Connector}:{record.Id}")
                .FirstOrDefault(),
            StandingOf(before), StandingOf(after),
            new(before?.Handoffs ?? 0, after?.Handoffs ?? 0),
            new(before?.Alerts ?? 0, after?.Alerts ?? 0),
            new(before?.Writes ?? 0, after?.Writes ?? 0));
        return compared.Moves || Differ(compared.Handoffs) || Differ(compared.Alerts) || Differ(compared.Writes) ? compared : null;
    }

    private static bool Differ(Pair pair) => pair.Present != pair.Proposed;

    private static Standing? StandingOf(RehearsedLead? lead) => lead?.Journey is { } journey
        ? new(journey.Stage, journey.Owner, lead.State.Ledger.Handoffs.LastOrDefault()?.Owner)
        : null;
}
