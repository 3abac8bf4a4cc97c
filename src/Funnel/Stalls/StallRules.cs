namespace IntegrationHub.Funnel;

/// <summary>
/// When a lead has stood still too long, and what is to be said about it. Limits are working time of the team the lead is with; while a next activity is booked the clock stands still, and
/// while somebody has asked for silence nothing is raised.
/// </summary>
public static class StallRules
{
    /// <summary>The level at which the owner gets a heads-up, before the limit.</summary>
    public const int HeadsUp = 0;

    /// <summary>The level at which both teams are told that a limit is reached.</summary>
    public const int AtLimit = 1;

    /// <summary>The level at which the managers are told.</summary>
    public const int Escalation = 2;

    /// <summary>When the lead's present stage is overdue; null for never.</summary>
    public static DateTimeOffset? DeadlineOf(Journey journey, FunnelSettings settings) => StageClock(journey, settings) is { } clock ? Due(clock, 1, journey, settings) : null;

    /// <summary>When a handoff is to have been taken up; null for no limit.</summary>
    public static DateTimeOffset? DeadlineOf(Handoff handoff, Journey journey, FunnelSettings settings) =>
        HandoffClock(handoff, journey, settings) is { } clock ? Due(clock, 1, journey, settings) : null;

    /// <summary>Whether the lead has stood on its stage for the stage's limit: at exactly the limit it is stalled.</summary>
    public static bool IsStalled(Journey journey, FunnelSettings settings, DateTimeOffset now) => DeadlineOf(journey, settings) <= now;

    /// <summary>Whether what an alert tells is still so: the lead is on that very stay, and the handoff is neither taken up nor given back.</summary>
    public static bool Holds(Alert alert, Journey journey, JourneyLedger ledger) => journey is { Erased: false, Gone: false } && alert.Kind switch
    {
        AlertKind.StageOverdue => (journey.Stage, journey.EnteredAt) == (alert.Stage, alert.EnteredAt),
        AlertKind.HandoffNotAccepted => OpenHandoff(journey, ledger) is { } handoff && (handoff.Stage, handoff.EnteredAt) == (alert.Stage, alert.EnteredAt),
        _ => throw new InvalidOperationException($"Unknown kind of alert {alert.Kind}."),
    };

    /// <summary>The next instant at which something about this lead falls due that has not been done yet; null when nothing will without a new fact. It may have passed.</summary>
    public static DateTimeOffset? NextDue(Journey journey, JourneyLedger ledger, FunnelSettings settings)
    {
        DateTimeOffset?[] dues = [Coming(journey, ledger, settings).FirstOrDefault()?.At, HandoffRoutingRules.RerouteDue(journey, ledger, settings)];
        return dues.Min();
    }

    /// <summary>
    /// Looks at a lead at <paramref name="now"/>: raises every alert that is due and has not been raised, and lets a handoff lapse whose person had time enough. At exactly its limit a lead is
    /// stalled. Of several levels that have come due at once, as after a long outage, only the highest is told.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="state"/> has no facts.</exception>
    public static StallDecision Decide(JourneyState state, FunnelSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        Alert[] due = [.. Coming(journey, state.Ledger, settings).Where(alert => alert.At <= now)];
        var (ledger, lapsed) = HandoffRoutingRules.Lapse(state.Ledger, journey, settings, now);
        if (due.Length == 0 && lapsed is null)
        {
            return new(state, journey, [], NextDue(journey, state.Ledger, settings));
        }

        Alert[] raised = [.. due.Select(alert => Raise(alert, due, now)).OrderBy(alert => alert.Fate != AlertOutcome.Suppressed)];
        ledger = ledger with { Alerts = [.. ledger.Alerts, .. raised] };
        List<FunnelEvent> events =
        [
            .. raised
                .Where(alert => alert.Fate == AlertOutcome.Pending)
                .Select(alert => new LeadStalled { Id = alert.Id, LeadId = state.LeadId, At = now, Team = journey.Owner, AlertId = alert.Id }),
        ];
        if (lapsed is not null)
        {
            events.Add(lapsed);
        }

        return new(state with { Ledger = ledger }, journey, events, NextDue(journey, ledger, settings));
    }

    /// <summary>Notes on each alert that was told, from the limit on, when it stopped to hold, and says so once for each stay.</summary>
    internal static (JourneyLedger Ledger, IReadOnlyList<StallResolved> Events) Resolve(JourneyLedger ledger, Journey journey, DateTimeOffset now)
    {
        Alert[] over = [.. ledger.Alerts.Where(alert => alert.Level >= AtLimit && alert.IsTold && alert.ResolvedAt is null && !Holds(alert, journey, ledger))];
        if (over.Length == 0)
        {
            return (ledger, []);
        }

        StallResolved[] events =
        [
            .. over
                .GroupBy(alert => (alert.Stage, alert.EnteredAt))
                .Select(stay => stay.Last())
                .Select(alert => new StallResolved { Id = CauseId.Of("stallResolved", alert.Id), LeadId = journey.LeadId, At = now, Team = journey.Owner, AlertId = alert.Id }),
        ];
        return (ledger with { Alerts = [.. ledger.Alerts.Select(alert => over.Contains(alert) ? alert with { ResolvedAt = now } : alert)] }, events);
    }

    private static Alert Raise(Alert alert, Alert[] due, DateTimeOffset now)
    {
        var highest = due.Where(other => other.Kind == alert.Kind).Max(other => other.Level);
        return alert.Level == highest
            ? alert with { RaisedAt = now, At = now }
            : alert with { RaisedAt = now, At = now, Fate = AlertOutcome.Suppressed, FateReason = $"level {highest} is told instead" };
    }

    /// <summary>The alerts that will be raised if nothing happens, the first to come first; each one's <see cref="Alert.At"/> is when.</summary>
    private static List<Alert> Coming(Journey journey, JourneyLedger ledger, FunnelSettings settings)
    {
        if (ledger is not { MergedInto: null, ErasedAt: null })
        {
            return [];
        }

        StallClock?[] clocks = [StageClock(journey, settings), OpenHandoff(journey, ledger) is { } handoff ? HandoffClock(handoff, journey, settings) : null];
        return
        [
            .. clocks
                .OfType<StallClock>()
                .SelectMany(clock => Coming(clock, journey, ledger, settings))
                .OrderBy(alert => alert.At)
                .ThenBy(alert => alert.Kind)
                .ThenBy(alert => alert.Level),
        ];
    }

    private static IEnumerable<Alert> Coming(StallClock clock, Journey journey, JourneyLedger ledger, FunnelSettings settings)
    {
        Alert[] raised = [.. ledger.Alerts.Where(clock.IsOf)];
        var silentUntil = SilenceRules.SilentUntil(ledger, clock.Stage, clock.EnteredAt);
        foreach (var (level, share) in Levels(settings.Alerts))
        {
            if (raised.All(alert => alert.Level < level) && Due(clock, share, journey, settings) is { } due)
            {
                yield return clock.NewAlert(journey.LeadId, level, 0, due, silentUntil > due ? OutOfPause(silentUntil.Value, journey) : due);
            }
        }

        if (NextRound(clock, raised, silentUntil, journey, settings) is { } again)
        {
            yield return again;
        }
    }

    private static IEnumerable<(int Level, double Share)> Levels(AlertPolicy policy)
    {
        if (policy.HeadsUpAt is { } early)
        {
            yield return (HeadsUp, early);
        }

        yield return (AtLimit, 1);
        if (policy.EscalateAt is { } late)
        {
            yield return (Escalation, late);
        }
    }

    /// <summary>
    /// What was raised last comes back when a silence that followed it ends; and what was told, when a reminder is set and nothing has changed since. A round that was suppressed counts as well:
    /// otherwise it would come again with every look.
    /// </summary>
    private static Alert? NextRound(StallClock clock, Alert[] raised, DateTimeOffset? silentUntil, Journey journey, FunnelSettings settings)
    {
        if (raised.LastOrDefault(alert => alert.Level >= AtLimit) is not { } last || Due(clock, 1, journey, settings) is not { } due)
        {
            return null;
        }

        if (silentUntil > (last.RaisedAt ?? last.At))
        {
            var level = last.Fate == AlertOutcome.Snoozed ? last.Level : AtLimit;
            return Again(level, OutOfPause(Later(silentUntil.Value, due), journey));
        }

        return settings.Alerts.RepeatAfter is { } every && last.IsTold && Add(clock.Team, Later(last.At, journey.LastActivityAt), every, journey, settings) is { } reminder
            ? Again(AtLimit, reminder)
            : null;

        Alert Again(int level, DateTimeOffset at) =>
            clock.NewAlert(journey.LeadId, level, 1 + raised.Where(alert => alert.Level == level).Select(alert => alert.ReminderNumber).DefaultIfEmpty(0).Max(), due, at);
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset? right) => right > left ? right.Value : left;

    private static Handoff? OpenHandoff(Journey journey, JourneyLedger ledger) =>
        ledger.Handoffs.LastOrDefault() is { AcceptedAt: null, ReturnedReason: null } handoff && handoff.To == journey.Owner ? handoff : null;

    private static StallClock? StageClock(Journey journey, FunnelSettings settings) =>
        journey is { Erased: false, Gone: false } && settings.StallAfter(journey) is { } limit
            ? new(AlertKind.StageOverdue, journey.Stage, journey.EnteredAt, journey.Owner, journey.EnteredAt, limit)
            : null;

    private static StallClock? HandoffClock(Handoff handoff, Journey journey, FunnelSettings settings) =>
        journey is { Erased: false, Gone: false } && settings.AcceptWithin(handoff.Stage, journey) is { } limit
            ? new(AlertKind.HandoffNotAccepted, handoff.Stage, handoff.EnteredAt, handoff.To, handoff.AnnouncedAt, limit)
            : null;

    private static DateTimeOffset? Due(StallClock clock, double share, Journey journey, FunnelSettings settings) => Add(clock.Team, clock.Start, clock.Limit * share, journey, settings);

    /// <summary>The first instant from the given one on at which no activity lies ahead.</summary>
    private static DateTimeOffset OutOfPause(DateTimeOffset instant, Journey journey) =>
        journey.Pauses.FirstOrDefault(pause => pause.From <= instant && instant < pause.To)?.To ?? instant;

    /// <summary>When a team has worked for a time, pauses left out; null when it never will.</summary>
    private static DateTimeOffset? Add(string team, DateTimeOffset start, TimeSpan workingTime, Journey journey, FunnelSettings settings)
    {
        var calendar = settings.CalendarOf(team);
        var (from, left) = (start, workingTime);
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

    /// <summary>A clock that runs for a lead.</summary>
    /// <param name="Kind">What it is about.</param>
    /// <param name="Stage">The stage it is about.</param>
    /// <param name="EnteredAt">When the lead entered it.</param>
    /// <param name="Team">The team whose working time it counts.</param>
    /// <param name="Start">When it began.</param>
    /// <param name="Limit">When it is over.</param>
    private sealed record StallClock(AlertKind Kind, FunnelStage Stage, DateTimeOffset EnteredAt, string Team, DateTimeOffset Start, TimeSpan Limit)
    {
        public bool IsOf(Alert alert) => (alert.Kind, alert.Stage, alert.EnteredAt) == (Kind, Stage, EnteredAt);

        public Alert NewAlert(LeadId leadId, int level, int round, DateTimeOffset dueAt, DateTimeOffset at) => new()
        {
            Id = CauseId.Of("alert", leadId, Stage, EnteredAt, Kind, level, round),
            Kind = Kind,
            Level = level,
            ReminderNumber = round,
            Stage = Stage,
            EnteredAt = EnteredAt,
            DueAt = dueAt,
            At = at,
        };
    }
}

/// <summary>What a look at a lead came to.</summary>
/// <param name="State">The state to keep: the ledger holds the alerts.</param>
/// <param name="Journey">The journey as it is.</param>
/// <param name="Events">What is to be published; empty when nothing was due.</param>
/// <param name="NextDue">When to look again; null for never.</param>
public sealed record StallDecision(JourneyState State, Journey Journey, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue);
