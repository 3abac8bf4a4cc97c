namespace IntegrationHub.Funnel;

/// <summary>Decides about requests for silence. A silence is about one stay on one stage: meanwhile nothing
/// about it is raised or sent. At its end the stall is reported once more if the lead is still there. A
/// move of the lead ends it.</summary>
public static class SilenceRules
{
    private const int DaysOfAFewDays = 3;

    private static readonly TimeOnly Morning = new(9, 0);

    /// <summary>Acknowledges: silence for <see cref="AlertPolicy.AcknowledgedFor"/> in working
    /// time of the lead's team.</summary>
    public static SilenceAnswer Acknowledge(JourneyState state, SilenceLink link, DateTimeOffset now, FunnelSettings settings) => Answer(
        state,
        link,
        now,
        settings,
        (alert, journey) => Grant(
            state, alert, link, SilenceKind.Acknowledged, settings.CalendarOf(journey.Owner).Add(now, settings.Alerts.AcknowledgedFor),
            null, now));

    /// <summary>Snoozes: silence until the chosen time, at most
    /// <see cref="AlertPolicy.Snoozes"/> times for a stay.</summary>
    /// <param name="choice">One of <see cref="Choices"/>.</param>
    /// <param name="reason">The person's reason; null or blank for none.</param>
    public static SilenceAnswer Snooze(
        JourneyState state, SilenceLink link, SnoozeChoice choice, string? reason, DateTimeOffset now, FunnelSettings settings) =>
        Answer(
        state,
        link,
        now,
        settings,
        (alert, journey) =>
        {
            if (
                Of(state.Ledger, alert.Stage, alert.EnteredAt).Count(silence =>
                    silence.Kind == SilenceKind.Snoozed) >= settings.Alerts.Snoozes)
            {
                return new SilenceAnswer.Refused(SilenceRefusal.TooOften);
            }

            return Choices(journey, link.Team, now, settings).FirstOrDefault(option => option.Choice == choice) is { } option
                ? Grant(
                    state, alert, link, SilenceKind.Snoozed, option.Until, string.IsNullOrWhiteSpace(reason) ? null : reason.Trim(), now)
                : new SilenceAnswer.Refused(SilenceRefusal.NothingBooked);
        });

    /// <summary>Returns the choices for a team, by its mornings and working days. The activity is a choice
    /// only when one lies ahead.</summary>
    public static IReadOnlyList<SnoozeOption> Choices(Journey journey, string team, DateTimeOffset now, FunnelSettings settings)
    {
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

    /// <summary>Whether a silence covers an alert at <paramref name="now"/>. The end is exclusive.</summary>
    public static bool IsSilent(JourneyLedger ledger, Alert alert, DateTimeOffset now) =>
        SilentUntil(ledger, alert.Stage, alert.EnteredAt) > now;

    /// <summary>Returns the end of a stay's last silence, which may be past; null for none.</summary>
    public static DateTimeOffset? SilentUntil(JourneyLedger ledger, FunnelStage stage, DateTimeOffset enteredAt) =>
        Of(ledger, stage, enteredAt).Max(silence => (DateTimeOffset?)silence.Until);

    private static IEnumerable<Silence> Of(JourneyLedger ledger, FunnelStage stage, DateTimeOffset enteredAt) =>
        ledger.Silences.Where(silence => (silence.Stage, silence.EnteredAt) == (stage, enteredAt));

    private static SilenceAnswer Answer(
        JourneyState state, SilenceLink link, DateTimeOffset now, FunnelSettings settings, Func<Alert, Journey, SilenceAnswer> grant)
    {
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

    /// <summary>Grants the silence and stops pending alerts about the stay.</summary>
    private static SilenceAnswer.Granted Grant(
        JourneyState state, Alert about, SilenceLink link, SilenceKind kind, DateTimeOffset until, string? reason, DateTimeOffset now)
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
        return new(
            state with { Ledger = state.Ledger with { Alerts = [.. alerts], Silences = [.. state.Ledger.Silences, silence] } }, silence);
    }
}
