namespace IntegrationHub.Funnel.Tests;

public sealed class LedgerRulesTests
{
    private static readonly FunnelSettings Settings = Given.Settings.With(FunnelStage.Interest, stallAfter: TimeSpan.FromHours(1))
        with
    { Alerts = new() { HeadsUpAt = null, EscalateAt = null, RepeatAfter = TimeSpan.FromHours(1) } };

    [Theory]
    [InlineData(LedgerRules.MostHandoffs, LedgerRules.MostHandoffs)]
    [InlineData(LedgerRules.MostHandoffs + 1, LedgerRules.MostHandoffs)]
    [InlineData(500, LedgerRules.MostHandoffs)]
    public void The_latest_handoffs_stay_in_their_order(int handoffs, int left)
    {
        var ledger = new JourneyLedger { Handoffs = [.. Enumerable.Range(0, handoffs).Select(number => HandoffOf(number))] };

        var kept = LedgerRules.Within(ledger).Handoffs;

        Assert.Equal(ledger.Handoffs.TakeLast(left), kept);
    }

    [Fact]
    public void A_pending_handoff_stays_however_old_it_is()
    {
        var pending = HandoffOf(0) with { Delivery = HandoffDelivery.Pending };
        var ledger = new JourneyLedger { Handoffs = [pending, .. Enumerable.Range(1, 300).Select(number => HandoffOf(number))] };

        var kept = LedgerRules.Within(ledger).Handoffs;

        Assert.Equal((LedgerRules.MostHandoffs, pending, ledger.Handoffs[^1]), (kept.Length, kept[0], kept[^1]));
    }

    /// <summary>A thousand reminders of one stay, each under a ledger that is kept within its bounds: the next one has the number and the id that it would have without.</summary>
    [Fact]
    public void What_is_raised_next_is_the_same_with_and_without_the_bound()
    {
        var state = JourneyRules.Decide(JourneyState.New(Given.Lead), [Given.MarketingClaims(FunnelStage.Interest, 0)], Settings, Given.Start).State;
        var (free, bounded, now) = (state, state, Given.Start);
        for (var check = 0; check < 1_000; check++)
        {
            now = now.AddHours(2);
            var (one, other) = (StallRules.Decide(free, Settings, now), StallRules.Decide(bounded, Settings, now));
            Assert.Equal(one.Events.Select(raised => raised.Id), other.Events.Select(raised => raised.Id));
            Assert.Equal(one.NextDue, other.NextDue);
            (free, bounded) = (Sent(one.State), Sent(other.State));
            bounded = bounded with { Ledger = LedgerRules.Within(bounded.Ledger) };
        }

        Assert.InRange(bounded.Ledger.Alerts.Length, 1, LedgerRules.MostAlerts);
        Assert.True(free.Ledger.Alerts.Length > 900);
    }

    [Fact]
    public void An_alert_on_its_way_and_the_levels_of_the_present_stay_are_the_last_to_go()
    {
        var onItsWay = AlertOf(0, Given.Start, AlertOutcome.Held);
        Alert[] others = [.. Enumerable.Range(1, 400).Select(number => AlertOf(number, Given.Start.AddDays(1), AlertOutcome.Sent))];
        var earlier = AlertOf(401, Given.Start.AddHours(1), AlertOutcome.Sent) with { Level = 2 };
        var ledger = new JourneyLedger { Alerts = [onItsWay, earlier, .. others] };

        var kept = LedgerRules.Within(ledger).Alerts;

        Assert.Equal(LedgerRules.MostAlerts, kept.Length);
        Assert.Equal([onItsWay, earlier], kept.Take(2));
        Assert.Equal(others[^1], kept[^1]);
    }

    [Fact]
    public void The_silence_that_ends_last_and_the_snoozes_of_the_present_stay_stay()
    {
        Silence[] snoozes = [.. Enumerable.Range(0, 3).Select(number => SilenceOf($"snooze{number}", SilenceKind.Snoozed, Given.Start.AddHours(number)))];
        var acknowledged = Enumerable.Range(0, 300).Select(number => SilenceOf($"{number}", SilenceKind.Acknowledged, Given.Start.AddHours(number)));
        var ledger = new JourneyLedger { Silences = [.. snoozes, .. acknowledged] };

        var kept = LedgerRules.Within(ledger);

        Assert.Equal(LedgerRules.MostSilences, kept.Silences.Length);
        Assert.Equal(snoozes, kept.Silences.Take(3));
        Assert.Equal(
            SilenceRules.SilentUntil(ledger, FunnelStage.Interest, Given.Start), SilenceRules.SilentUntil(kept, FunnelStage.Interest, Given.Start));
    }

    [Fact]
    public void A_ledger_within_its_bounds_is_left_alone()
    {
        var ledger = new JourneyLedger { Handoffs = [HandoffOf(1)], Alerts = [AlertOf(1, Given.Start, AlertOutcome.Sent)] };

        Assert.Same(ledger, LedgerRules.Within(ledger));
    }

    private static JourneyState Sent(JourneyState state) => state with
    {
        Ledger = state.Ledger with { Alerts = [.. state.Ledger.Alerts.Select(alert => alert with { Fate = AlertOutcome.Sent })] },
    };

    private static Handoff HandoffOf(int number) => new()
    {
        Id = $"handoff{number}",
        To = Team.Sales,
        Stage = FunnelStage.Evaluation,
        EnteredAt = Given.Start.AddHours(number),
        AnnouncedAt = Given.Start.AddHours(number),
        Reason = "a deal is open",
        Delivery = HandoffDelivery.Delivered,
    };

    private static Alert AlertOf(int number, DateTimeOffset entered, AlertOutcome fate) => new()
    {
        Id = $"alert{number}",
        Kind = AlertKind.StageOverdue,
        Level = 1,
        ReminderNumber = number,
        Stage = FunnelStage.Interest,
        EnteredAt = entered,
        DueAt = entered,
        At = entered.AddHours(number),
        Fate = fate,
    };

    private static Silence SilenceOf(string id, SilenceKind kind, DateTimeOffset at) => new()
    {
        Id = id,
        Kind = kind,
        Team = Team.Marketing,
        At = at,
        Until = at.AddHours(1),
        Stage = FunnelStage.Interest,
        EnteredAt = Given.Start,
    };
}
