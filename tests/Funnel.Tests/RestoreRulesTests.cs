namespace IntegrationHub.Funnel.Tests;

/// <summary>A hidden lead is shown again as it was.</summary>
public sealed class RestoreRulesTests
{
    private static readonly DateTimeOffset Now = Given.Start.AddDays(2);

    [Fact]
    public void Facts_and_ledger_are_as_before_and_the_lead_is_watched_anew()
    {
        var known = Known();

        var restored = RestoreRules.Restore(Hide(known), Given.Settings, Now);

        Assert.Equal(known.Facts, restored.State.Facts);
        Assert.Equal(known.Ledger.Handoffs, restored.State.Ledger.Handoffs);
        Assert.Null(restored.State.Ledger.ErasedAt);
        Assert.Null(restored.State.Ledger.WatchedAt);
    }

    [Fact]
    public void What_had_no_effect_while_it_was_hidden_is_published_again()
    {
        var restored = RestoreRules.Restore(Hide(Known()), Given.Settings, Now);

        Assert.Equal([FunnelStage.Evaluation], restored.Events.OfType<StageChanged>().Select(changed => changed.To));
        Assert.Single(restored.Events.OfType<HandoffAnnounced>());
        Assert.Equal(restored.Events.Count, restored.Events.Select(happened => happened.Id).Distinct().Count());
    }

    [Fact]
    public void A_delivered_handoff_is_not_announced_again()
    {
        var known = Known();
        var delivered = known.WithHandoff(known.Ledger.Handoffs[0].Id, handoff => handoff with { Delivery = HandoffDelivery.Delivered });

        Assert.Empty(RestoreRules.Restore(Hide(delivered), Given.Settings, Now).Events.OfType<HandoffAnnounced>());
    }

    private static JourneyState Known() => JourneyRules.Decide(
        JourneyState.New(Given.Lead), [Given.MarketingClaims(FunnelStage.Interest, 0), Given.MarketingClaims(FunnelStage.Evaluation, 5)], Given.Settings, Given.Start).State;

    private static JourneyState Hide(JourneyState state) =>
        state with { Ledger = state.Ledger with { ErasedAt = Given.Start.AddDays(1), WatchedAt = Given.Start.AddDays(3) } };
}
