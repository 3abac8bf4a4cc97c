namespace IntegrationHub.Funnel;

/// <summary>Decides when a lead is stalled and which alerts to raise. Limits are working time of the lead's team. A
/// booked activity stops the clock, and a silence stops the alerts.</summary>
public static class StallRules
{
    /// <summary>The owner's heads-up before the limit.</summary>
    public const int HeadsUp = 0;

    /// <summary>Both teams, at the limit.</summary>
    public const int AtLimit = 1;

    /// <summary>The managers.</summary>
    public const int Escalation = 2;

    /// <summary>Returns when the lead's present stage is overdue; null for never.</summary>
    public static DateTimeOffset? DeadlineOf(Journey journey, FunnelSettings settings) =>
        StageClock(journey, settings) is { } clock ? Due(clock, 1, journey, settings) : null;

    /// <summary>Returns when a handoff must be accepted; null for no limit.</summary>
    public static DateTimeOffset? DeadlineOf(Handoff handoff, Journey journey, FunnelSettings settings) =>
        HandoffClock(handoff, journey, settings) is { } clock ? Due(clock, 1, journey, settings) : null;

    /// <summary>Whether the lead has reached its stage's limit, inclusive.</summary>
    public static bool IsStalled(Journey journey, FunnelSettings settings, DateTimeOffset now) => DeadlineOf(journey, settings) <= now;

    /// <summary>Whether an alert still holds: the lead is on the same stay, and the handoff is neither
    /// accepted nor given back.</summary>
    public static bool Holds(Alert alert, Journey journey, JourneyLedger ledger) =>
        journey is { Erased: false, Gone: false } && alert.Kind switch
        {
            AlertKind.StageOverdue => (journey.Stage, journey.EnteredAt) == (alert.Stage, alert.EnteredAt),
            AlertKind.HandoffNotAccepted =>
                OpenHandoff(journey, ledger) is { } handoff && (handoff.Stage, handoff.EnteredAt) == (alert.Stage, alert.EnteredAt),
            _ => throw new InvalidOperationException($"Unknown kind of alert {alert.Kind}."),
        };

    /// <summary>Returns when the lead next needs a check, which may be past; null when nothing falls
    /// due without a new fact.</summary>
    public static DateTimeOffset? NextDue(Journey journey, JourneyLedger ledger, FunnelSettings settings)
    {
        DateTimeOffset?[] dues =
        [
            Coming(journey, ledger, settings).FirstOrDefault()?.At,
            HandoffRoutingRules.RerouteDue(journey, ledger, settings),
        ];
        return dues.Min();
    }

    /// <summary>Checks a lead: raises every due alert and lets an overdue handoff lapse. Limits are inclusive. Of
    /// several levels that are due at once, as after an outage, only the highest is sent.</summary>
    /// <exception cref="ArgumentException"><paramref name="state"/> has no facts.</exception>
    public static StallDecision Decide(JourneyState state, FunnelSettings settings, DateTimeOffset now)
    {
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
                .Select(alert =>
                    new LeadStalled { Id = alert.Id, LeadId = state.LeadId, At = now, Team = journey.Owner, AlertId = alert.Id }),
        ];
        if (lapsed is not null)
        {
            events.Add(lapsed);
        }

        return new(state with { Ledger = ledger }, journey, events, NextDue(journey, ledger, settings));
    }

    /// <summary>Resolves sent alerts, from the limit on, that no longer hold. Each stay gets one event.</summary>
    internal static (
        JourneyLedger Ledger, IReadOnlyList<StallResolved> Events) Resolve(JourneyLedger ledger, Journey journey, DateTimeOffset now)
    {
        Alert[] over =
        [
            .. ledger.Alerts.Where(alert =>
                alert.Level >= AtLimit && alert.IsReported && alert.ResolvedAt is null && !Holds(alert, journey, ledger)),
        ];
        if (over.Length == 0)
        {
            return (ledger, []);
        }

        StallResolved[] events =
        [
            .. over
                .GroupBy(alert => (alert.Stage, alert.EnteredAt))
                .Select(stay => stay.Last())
                .Select(alert =>
                    new StallResolved
                    {
                        Id = CauseId.Of("stallResolved", alert.Id),
                        LeadId = journey.LeadId,
                        At = now,
                        Team = journey.Owner,
                        AlertId = alert.Id,
                    }),
        ];
        return (
            ledger with { Alerts = [.. ledger.Alerts.Select(alert => over.Contains(alert) ? alert with { ResolvedAt = now } : alert)] },
            events);
    }

    private static Alert Raise(Alert alert, Alert[] due, DateTimeOffset now)
    {
        var highest = due.Where(other => other.Kind == alert.Kind).Max(other => other.Level);
        return alert.Level == highest
            ? alert with { RaisedAt = now, At = now }
            : alert with { RaisedAt = now, At = now, Fate = AlertOutcome.Suppressed, FateReason = $"level {highest} is sent instead" };
    }

    /// <summary>Returns the alerts that will be raised without further facts, earliest first;
    /// <see cref="Alert.At"/> is the time.</summary>
    private static List<Alert> Coming(Journey journey, JourneyLedger ledger, FunnelSettings settings)
    {
        if (ledger is not { MergedInto: null, ErasedAt: null })
        {
            return [];
        }

        StallClock?[] clocks =
        [
            StageClock(journey, settings),
            OpenHandoff(journey, ledger) is { } handoff ? HandoffClock(handoff, journey, settings) : null,
        ];
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
                yield return clock.NewAlert(
                    journey.LeadId, level, 0, due, silentUntil > due ? OutOfPause(silentUntil.Value, journey) : due);
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

    /// <summary>Returns the next reminder: after a silence that followed the last alert, or by the repeat interval when
    /// nothing changed. A suppressed one counts too, otherwise every check would raise it again.</summary>
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

        return settings.Alerts.RepeatAfter is { } every
            && last.IsReported
            && Add(clock.Team, Later(last.At, journey.LastActivityAt), every, journey, settings) is { } reminder
            ? Again(AtLimit, reminder)
            : null;

        Alert Again(int level, DateTimeOffset at) =>
            clock.NewAlert(
                journey.LeadId, level,
                1 + raised.Where(alert => alert.Level == level).Select(alert => alert.ReminderNumber).DefaultIfEmpty(0).Max(), due, at);
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset? right) => right > left ? right.Value : left;

    private static Handoff? OpenHandoff(Journey journey, JourneyLedger ledger) =>
        ledger.Handoffs.LastOrDefault() is { AcceptedAt: null, ReturnedReason: null } handoff && handoff.To == journey.Owner
            ? handoff
            : null;

    private static StallClock? StageClock(Journey journey, FunnelSettings settings) =>
        journey is { Erased: false, Gone: false, WatchedFrom: { } start } && settings.StallAfter(journey) is { } limit
            ? new(AlertKind.StageOverdue, journey.Stage, journey.EnteredAt, journey.Owner, start, limit)
            : null;

    /// <summary>Runs from the delivery, because nobody takes up what is not in their tool. Until then from the announcement,
    /// so that a handoff that never arrives is reported too.</summary>
    private static StallClock? HandoffClock(Handoff handoff, Journey journey, FunnelSettings settings) =>
        journey is { Erased: false, Gone: false } && settings.AcceptWithin(handoff.Stage, journey) is { } limit
            ? new(
                AlertKind.HandoffNotAccepted, handoff.Stage, handoff.EnteredAt, handoff.To,
                Later(handoff.AnnouncedAt, handoff.DeliveredAt), limit)
            : null;

    private static DateTimeOffset? Due(StallClock clock, double share, Journey journey, FunnelSettings settings) =>
        Add(clock.Team, clock.Start, clock.Limit * share, journey, settings);

    /// <summary>Returns the first instant from the given one on that lies in no pause.</summary>
    private static DateTimeOffset OutOfPause(DateTimeOffset instant, Journey journey) =>
        journey.Pauses.FirstOrDefault(pause => pause.From <= instant && instant < pause.To)?.To ?? instant;

    /// <summary>Returns when a team has worked for a time, without pauses; null for never.</summary>
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

    /// <summary>A running stall clock.</summary>
    /// <param name="Team">The team whose working time counts.</param>
    private sealed record StallClock(
        AlertKind Kind, FunnelStage Stage, DateTimeOffset EnteredAt, string Team, DateTimeOffset Start, TimeSpan Limit)
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

/// <summary>The result of a stall check.</summary>
/// <param name="State">The state to save.</param>
/// <param name="Events">The events to publish.</param>
/// <param name="NextDue">When to check again; null for never.</param>
public sealed record StallDecision(JourneyState State, Journey Journey, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue);
