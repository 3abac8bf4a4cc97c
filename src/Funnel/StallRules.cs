namespace IntegrationHub.Funnel;

/// <summary>
/// When a lead has stood still too long, and what is to be said about it. Limits are working time of the team the lead is with; while a next activity is booked the clock stands still.
/// </summary>
public static class StallRules
{
    /// <summary>The level at which both teams are told that a limit is reached.</summary>
    private const int AtLimit = 1;

    /// <summary>When the lead's present stage is overdue; null for never.</summary>
    public static DateTimeOffset? DeadlineOf(Journey journey, FunnelSettings settings) =>
        journey.Erased ? null : Due(journey, journey.Owner, journey.EnteredAt, settings.Stages[journey.Stage].StallAfter, settings);

    /// <summary>When a handoff is to have been taken up; null for no limit.</summary>
    public static DateTimeOffset? DeadlineOf(Handoff handoff, Journey journey, FunnelSettings settings) =>
        journey.Erased ? null : Due(journey, handoff.To, handoff.AnnouncedAt, settings.Stages[handoff.Stage].AcceptWithin, settings);

    /// <summary>Whether the lead has stood on its stage for the stage's limit: at exactly the limit it is stalled.</summary>
    public static bool IsStalled(Journey journey, FunnelSettings settings, DateTimeOffset now) => DeadlineOf(journey, settings) <= now;

    /// <summary>The next instant at which something about this lead falls due that has not been said yet; null when nothing will without a new fact. It may have passed.</summary>
    public static DateTimeOffset? NextDue(Journey journey, JourneyLedger ledger, FunnelSettings settings)
    {
        var unsaid = Unsaid(journey, ledger, settings);
        DateTimeOffset? alert = unsaid.Count == 0 ? null : unsaid[0].DueAt;
        return HandoffRoutingRules.RerouteDue(journey, ledger, settings) is { } reroute && !(alert <= reroute) ? reroute : alert;
    }

    /// <summary>
    /// Looks at a lead at <paramref name="now"/>, raises every alert that is due and has not been raised, and lets a handoff lapse whose person had time enough: at exactly its limit a lead is
    /// stalled.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="state"/> has no facts.</exception>
    public static StallDecision Decide(JourneyState state, FunnelSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        Alert[] due = [.. Unsaid(journey, state.Ledger, settings).Where(alert => alert.DueAt <= now).Select(alert => alert with { At = now })];
        var (ledger, lapsed) = HandoffRoutingRules.Lapse(state.Ledger, journey, settings, now);
        if (due.Length == 0 && lapsed is null)
        {
            return new(state, journey, [], NextDue(journey, state.Ledger, settings));
        }

        ledger = ledger with { Alerts = [.. ledger.Alerts, .. due] };
        List<FunnelEvent> events = [.. due.Select(alert => new LeadStalled { Id = alert.Id, LeadId = state.LeadId, At = now, Team = journey.Owner, AlertId = alert.Id })];
        if (lapsed is not null)
        {
            events.Add(lapsed);
        }

        return new(state with { Ledger = ledger }, journey, events, NextDue(journey, ledger, settings));
    }

    /// <summary>The alerts that will be raised if nothing happens, the first due first.</summary>
    private static List<Alert> Unsaid(Journey journey, JourneyLedger ledger, FunnelSettings settings)
    {
        var unsaid = new List<Alert>(2);
        if (DeadlineOf(journey, settings) is { } overdue)
        {
            unsaid.Add(NewAlert(journey.LeadId, AlertKind.StageOverdue, journey.Stage, journey.EnteredAt, overdue));
        }

        if (ledger.Handoffs.LastOrDefault() is { AcceptedAt: null, ReturnedReason: null } handoff
            && handoff.To == journey.Owner
            && DeadlineOf(handoff, journey, settings) is { } late)
        {
            unsaid.Add(NewAlert(journey.LeadId, AlertKind.HandoffNotAccepted, handoff.Stage, handoff.EnteredAt, late));
        }

        unsaid.RemoveAll(alert => ledger.Alerts.Any(raised => raised.Id == alert.Id));
        unsaid.Sort((left, right) => (left.DueAt, left.Kind).CompareTo((right.DueAt, right.Kind)));
        return unsaid;
    }

    private static Alert NewAlert(LeadId leadId, AlertKind kind, FunnelStage stage, DateTimeOffset enteredAt, DateTimeOffset dueAt) => new()
    {
        Id = CauseId.Of("alert", leadId, stage, enteredAt, kind, AtLimit),
        Kind = kind,
        Level = AtLimit,
        Stage = stage,
        EnteredAt = enteredAt,
        DueAt = dueAt,
        At = dueAt,
    };

    /// <summary>When a limit is reached by a team's working time, pauses left out.</summary>
    private static DateTimeOffset? Due(Journey journey, string team, DateTimeOffset start, TimeSpan? limit, FunnelSettings settings)
    {
        if (limit is not { } left)
        {
            return null;
        }

        var calendar = settings.CalendarOf(team);
        var from = start;
        foreach (var pause in journey.Pauses)
        {
            if (pause.To <= from)
            {
                continue;
            }

            var worked = calendar.Between(from, pause.From);
            if (worked >= left)
            {
                break;
            }

            left -= worked;
            from = pause.To;
        }

        var due = calendar.Add(from, left);
        return due == DateTimeOffset.MaxValue ? null : due;
    }
}

/// <summary>What a look at a lead came to.</summary>
/// <param name="State">The state to keep: the ledger holds the alerts.</param>
/// <param name="Journey">The journey as it is.</param>
/// <param name="Events">What is to be published; empty when nothing was due.</param>
/// <param name="NextDue">When to look again; null for never.</param>
public sealed record StallDecision(JourneyState State, Journey Journey, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue);
