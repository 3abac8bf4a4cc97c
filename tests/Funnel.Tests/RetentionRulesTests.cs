using System.Collections.Immutable;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

public sealed class RetentionRulesTests
{
    [Theory]
    [InlineData(-1, LeadAge.Old)]
    [InlineData(0, LeadAge.Old)]
    [InlineData(1, LeadAge.Young)]
    public void A_lead_leaves_when_its_last_fact_is_exactly_that_old(int ticks, LeadAge age)
    {
        var last = MarketingClaims(FunnelStage.Interest, 10);
        var state = StateOf(new(), MarketingClaims(FunnelStage.Awareness, 0), last);

        Assert.Equal(age, RetentionRules.Judge(state, last.ReceivedAt.AddTicks(-ticks)));
    }

    [Theory]
    [InlineData(HandoffDelivery.Pending, false, null, LeadAge.Unsettled)]
    [InlineData(HandoffDelivery.Delivered, false, null, LeadAge.Unsettled)]
    [InlineData(HandoffDelivery.Failed, false, null, LeadAge.Unsettled)]
    [InlineData(HandoffDelivery.Delivered, true, null, LeadAge.Old)]
    [InlineData(HandoffDelivery.Delivered, false, "no budget", LeadAge.Old)]
    [InlineData(HandoffDelivery.Superseded, false, null, LeadAge.Old)]
    [InlineData(HandoffDelivery.TakenUp, false, null, LeadAge.Old)]
    public void A_lead_stays_while_its_last_handoff_is_open(HandoffDelivery delivery, bool accepted, string? returned, LeadAge age)
    {
        var earlier = HandoffOf("earlier");
        var last = HandoffOf("last") with { Delivery = delivery, AcceptedAt = accepted ? Start : null, ReturnedReason = returned };

        Assert.Equal(age, RetentionRules.Judge(StateOf(new() { Handoffs = [earlier, last] }, MarketingClaims(FunnelStage.Interest, 0)), Start.AddDays(900)));
    }

    [Fact]
    public void A_lead_without_facts_and_one_that_is_to_be_erased_are_left_alone()
    {
        Assert.Equal(LeadAge.Young, RetentionRules.Judge(StateOf(new()), Start.AddDays(900)));
        Assert.Equal(LeadAge.Young, RetentionRules.Judge(StateOf(new() { ErasedAt = Start }, MarketingClaims(FunnelStage.Interest, 0)), Start.AddDays(900)));
    }

    private static JourneyState StateOf(JourneyLedger ledger, params Fact[] facts) =>
        new(Lead, facts.ToImmutableDictionary(fact => fact.DedupeKey), ledger);

    private static Handoff HandoffOf(string id) =>
        new() { Id = id, To = Team.Sales, Stage = FunnelStage.Evaluation, EnteredAt = Start, AnnouncedAt = Start, Reason = "stage" };
}
