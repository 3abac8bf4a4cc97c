using FsCheck;
using FsCheck.Fluent;

namespace IntegrationHub.Funnel.Tests;

/// <summary>What holds of alerts for every set of facts whatever, with all levels, reminders and silences.</summary>
public sealed class StallProperties
{
    private const int Sweeps = 200;

    private static readonly FunnelSettings Settings = Given.Settings
        .With(FunnelStage.Awareness, stallAfter: TimeSpan.FromMinutes(20))
        .With(FunnelStage.Interest, stallAfter: TimeSpan.FromMinutes(8), acceptWithin: TimeSpan.FromMinutes(4))
        .With(FunnelStage.Evaluation, stallAfter: TimeSpan.FromMinutes(12), acceptWithin: TimeSpan.FromMinutes(4)) with
    {
        Alerts = new() { RepeatAfter = TimeSpan.FromMinutes(30), AcknowledgedFor = TimeSpan.FromMinutes(25) },
    };

    [Fact]
    public void Order_and_repetition_of_facts_change_neither_what_is_raised_nor_when() => Holds((facts, seed) =>
    {
        var state = JourneyRules.Decide(JourneyState.New(Given.Lead), facts, Settings, Given.Start).State;
        var again = JourneyRules.Decide(JourneyState.New(Given.Lead), AnyFacts.Redelivered(facts, seed), Settings, Given.Start).State;
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var (one, other) = (StallRules.Decide(state, Settings, Minute(sweep)), StallRules.Decide(again, Settings, Minute(sweep)));

            Assert.Equal(one.NextDue, other.NextDue);
            Assert.Equal(one.State.Ledger.Alerts.AsEnumerable(), other.State.Ledger.Alerts);
            (state, again) = (Told(one.State, Minute(sweep)), Told(other.State, Minute(sweep)));
        }
    });

    [Fact]
    public void Whatever_arrives_and_whoever_asks_for_silence_each_alert_is_raised_once_and_none_while_it_is_silent() => Holds((facts, seed) =>
    {
        var random = new Random(seed);
        var deliveries = new Queue<Fact[]>(AnyFacts.Deliveries(AnyFacts.Redelivered(facts, seed), seed));
        var state = JourneyRules.Decide(JourneyState.New(Given.Lead), deliveries.Dequeue(), Settings, Given.Start).State;
        var raised = new List<string>();
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var now = Minute(sweep);
            if (random.Next(10) == 0 && deliveries.TryDequeue(out var delivery))
            {
                state = JourneyRules.Decide(state, delivery, Settings, now).State;
            }

            state = Silenced(state, random, now);
            Assert.All(state.Ledger.Alerts, alert => Assert.False(alert.IsOnItsWay && SilenceRules.IsSilent(state.Ledger, alert, now)));

            var decision = StallRules.Decide(state, Settings, now);
            state = decision.State;
            raised.AddRange(decision.Events.Select(said => said.Id));
            Assert.False(decision.NextDue <= now);
            Assert.All(decision.Events.OfType<LeadStalled>(), said => Assert.False(SilenceRules.IsSilent(state.Ledger, state.Ledger.Alerts.Single(alert => alert.Id == said.AlertId), now)));
            state = random.Next(3) == 0 ? Told(state, now) : state;
        }

        Assert.Equal(raised.Distinct(), raised);
        Assert.Equal(state.Ledger.Alerts.Length, state.Ledger.Alerts.Select(alert => alert.Id).Distinct().Count());
        Assert.All(state.Ledger.Silences.GroupBy(silence => (silence.Stage, silence.EnteredAt)), stay => Assert.InRange(stay.Count(silence => silence.Kind == SilenceKind.Snoozed), 0, Settings.Alerts.Snoozes));
    });

    [Fact]
    public void A_stall_that_was_told_is_resolved_once_as_soon_as_it_no_longer_holds() => Holds((facts, seed) =>
    {
        var state = JourneyState.New(Given.Lead);
        var resolved = new List<string>();
        var minute = 0;
        foreach (var delivery in AnyFacts.Deliveries(AnyFacts.Redelivered(facts, seed), seed))
        {
            var decision = JourneyRules.Decide(state, delivery, Settings, Minute(minute));
            resolved.AddRange(decision.Events.OfType<StallResolved>().Select(said => said.Id));
            Assert.All(decision.Journey.Erased ? [] : decision.State.Ledger.Alerts, alert => Assert.False(
                alert.Level > 0 && alert.IsReported && alert.ResolvedAt is null && decision.Changed && !StallRules.Holds(alert, decision.Journey, decision.State.Ledger)));
            minute += 15;
            state = Told(StallRules.Decide(decision.State, Settings, Minute(minute)).State, Minute(minute));
        }

        Assert.Equal(resolved.Distinct(), resolved);
    });

    private static DateTimeOffset Minute(int minute) => Given.Start.AddMinutes(minute);

    private static JourneyState Told(JourneyState state, DateTimeOffset now) => state with
    {
        Ledger = state.Ledger with { Alerts = [.. state.Ledger.Alerts.Select(alert => alert.Fate == AlertOutcome.Pending ? alert with { Fate = AlertOutcome.Sent, At = now } : alert)] },
    };

    /// <summary>Somebody follows the link of some alert, perhaps.</summary>
    private static JourneyState Silenced(JourneyState state, Random random, DateTimeOffset now)
    {
        if (state.Ledger.Alerts.IsEmpty || random.Next(8) > 0)
        {
            return state;
        }

        var alert = state.Ledger.Alerts[random.Next(state.Ledger.Alerts.Length)];
        var link = new SilenceLink($"{random.Next(40)}", alert.Id, Team.Sales, now.AddMinutes(random.Next(-1, 5)));
        var answer = random.Next(2) == 0
            ? SilenceRules.Acknowledge(state, link, now, Settings)
            : SilenceRules.Snooze(state, link, (SnoozeChoice)random.Next(3), null, now, Settings);
        return answer is SilenceAnswer.Granted granted ? granted.State : state;
    }

    private static void Holds(Action<Fact[], int> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(40), Prop.ForAll(AnyFacts.Sets, set => property(set.Facts, set.Seed)));
}
