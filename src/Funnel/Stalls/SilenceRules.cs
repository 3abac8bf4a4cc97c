namespace IntegrationHub.Funnel;

/// <summary>
/// Who may ask for silence about a stalled lead, and for how long. Silence is about one stay on one stage: while it lasts nothing about that stay is raised or told, then it comes back once if
/// the lead still stands there. When the lead moves, it is over by itself.
/// </summary>
public static class SilenceRules
{
    private const int DaysOfAFewDays = 3;

    private static readonly TimeOnly Morning = new(9, 0);

    /// <summary>"We are on it": silence for <see cref="AlertPolicy.AcknowledgedFor"/>, by the working time of the team the lead is with.</summary>
    public static SilenceAnswer Acknowledge(JourneyState state, SilenceLink link, DateTimeOffset now, FunnelSettings settings) => Answer(
        state,
        link,
        now,
        settings,
        (alert, journey) => Grant(state, alert, link, SilenceKind.Acknowledged, settings.CalendarOf(journey.Owner).Add(now, settings.Alerts.AcknowledgedFor), null, now));

    /// <summary>"Not now": silence until what was chosen, at most <see cref="AlertPolicy.Snoozes"/> times for a stay.</summary>
    /// <param name="state">The lead.</param>
    /// <param name="link">The link that was followed.</param>
    /// <param name="choice">Until when; one of <see cref="Choices"/>.</param>
    /// <param name="reason">Why, in the person's words; null or blank for none.</param>
    /// <param name="now">The instant of asking.</param>
    /// <param name="settings">The settings.</param>
    public static SilenceAnswer Snooze(JourneyState state, SilenceLink link, SnoozeChoice choice, string? reason, DateTimeOffset now, FunnelSettings settings) => Answer(
        state,
        link,
        now,
        settings,
        (alert, journey) =>
        {
            if (Of(state.Ledger, alert.Stage, alert.EnteredAt).Count(silence => silence.Kind == SilenceKind.Snoozed) >= settings.Alerts.Snoozes)
            {
                return new SilenceAnswer.Refused(SilenceRefusal.TooOften);
            }

            return Choices(journey, link.Team, now, settings).FirstOrDefault(option => option.Choice == choice) is { } option
                ? Grant(state, alert, link, SilenceKind.Snoozed, option.Until, string.IsNullOrWhiteSpace(reason) ? null : reason.Trim(), now)
                : new SilenceAnswer.Refused(SilenceRefusal.NothingBooked);
        });

    /// <summary>What can be chosen, and until when that is for a team: its mornings and working days count. The booked activity is among them only where one lies ahead.</summary>
    public static IReadOnlyList<SnoozeOption> Choices(Journey journey, string team, DateTimeOffset now, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(journey);
        ArgumentNullException.ThrowIfNull(settings);
        var calendar = settings.CalendarOf(team);
        List<SnoozeOption> options =
        [
            new(SnoozeChoice.Tomorrow, calendar.OnWorkingDay(now, 1, Morning)),
            new(SnoozeChoice.InThreeDays, calendar.OnWorkingDay(now, DaysOfAFewDays, Morning)),
        ];
        if (journey.Pauses.FirstOrDefault(pause => pause.To > now) is { } pause)
        {
            options.Add(new(SnoozeChoice.UntilActivity, pause.To));
        }

        return options;
    }

    /// <summary>Whether nothing about an alert is to be told at <paramref name="now"/> because somebody asked for silence. At exactly the end of a silence things are told again.</summary>
    public static bool IsSilent(JourneyLedger ledger, Alert alert, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return SilentUntil(ledger, alert.Stage, alert.EnteredAt) > now;
    }

    /// <summary>The end of the last silence that was asked for a stay, perhaps over; null where none was.</summary>
    public static DateTimeOffset? SilentUntil(JourneyLedger ledger, FunnelStage stage, DateTimeOffset enteredAt)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return Of(ledger, stage, enteredAt).Max(silence => (DateTimeOffset?)silence.Until);
    }

    private static IEnumerable<Silence> Of(JourneyLedger ledger, FunnelStage stage, DateTimeOffset enteredAt) =>
        ledger.Silences.Where(silence => (silence.Stage, silence.EnteredAt) == (stage, enteredAt));

    private static SilenceAnswer Answer(JourneyState state, SilenceLink link, DateTimeOffset now, FunnelSettings settings, Func<Alert, Journey, SilenceAnswer> grant)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(settings);
        if (state.Ledger.Silences.FirstOrDefault(silence => silence.Id == link.TokenId) is { } before)
        {
            return new SilenceAnswer.Repeated(before);
        }

        if (now >= link.ExpiresAt)
        {
            return new SilenceAnswer.Refused(SilenceRefusal.Expired);
        }

        if (state.Facts.IsEmpty || state.Ledger.Alerts.FirstOrDefault(alert => alert.Id == link.AlertId) is not { } alert)
        {
            return new SilenceAnswer.Refused(SilenceRefusal.Unknown);
        }

        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        return StallRules.Holds(alert, journey, state.Ledger) ? grant(alert, journey) : new SilenceAnswer.Refused(SilenceRefusal.MovedOn);
    }

    /// <summary>The silence about an alert's stay, with what was on its way about it stopped.</summary>
    private static SilenceAnswer.Granted Grant(JourneyState state, Alert about, SilenceLink link, SilenceKind kind, DateTimeOffset until, string? reason, DateTimeOffset now)
    {
        var silence = new Silence
        {
            Id = link.TokenId,
            Kind = kind,
            Team = link.Team,
            At = now,
            Until = until,
            Reason = reason,
            Stage = about.Stage,
            EnteredAt = about.EnteredAt,
        };
        var why = kind == SilenceKind.Acknowledged ? $"acknowledged by {link.Team}" : $"put off by {link.Team}";
        var alerts = state.Ledger.Alerts.Select(alert =>
            (alert.Stage, alert.EnteredAt) == (silence.Stage, silence.EnteredAt) && alert.IsOnItsWay
                ? alert with { Fate = AlertOutcome.Snoozed, FateReason = why, At = now }
                : alert);
        return new(state with { Ledger = state.Ledger with { Alerts = [.. alerts], Silences = [.. state.Ledger.Silences, silence] } }, silence);
    }
}
