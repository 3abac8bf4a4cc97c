using System.Globalization;
using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

/// <summary>One test for each rule, and for the edges where rules meet. A way is written as stage@minute:rule.</summary>
public sealed class StagePolicyTests
{
    [Fact]
    public void Somebody_first_heard_of_is_on_awareness_from_then() =>
        Way("Awareness@3:first-heard", Profile(new() { FirstName = "Ada" }, 3), Consent(ConsentState.OptedIn, 9));

    [Fact]
    public void A_first_fact_that_claims_a_stage_makes_no_stay_before_it() =>
        Way("Interest@3:latest-claim", MarketingClaims(Interest, 3), Profile(new() { FirstName = "Ada" }, 3));

    [Fact]
    public void The_latest_claim_counts_forward_and_back() =>
        Way("Interest@0:latest-claim Awareness@5:latest-claim", MarketingClaims(Awareness, 5), MarketingClaims(Interest, 0));

    [Fact]
    public void A_claim_of_the_present_stage_does_not_begin_it_anew() =>
        Way("Interest@0:latest-claim", MarketingClaims(Interest, 0), MarketingClaims(Interest, 5), CrmClaims(Interest, 7));

    [Fact]
    public void A_status_that_a_CRM_only_shows_again_takes_a_lead_nowhere()
    {
        Fact[] customer = [CrmClaims(Evaluation, 0, "Closed - Converted"), Deal("1", DealStatus.Won, 5)];

        Assert.Equal(Commitment, Folded([.. customer, CrmClaims(Evaluation, 9, "Closed - Converted")]).Stage);
        Assert.Equal(Evaluation, Folded([.. customer, CrmClaims(Evaluation, 9, "Requalified")]).Stage);
        Assert.Equal(Referral, Folded([.. customer, MarketingClaims(Referral, 7), CrmClaims(Evaluation, 9, "Closed - Converted")]).Stage);
    }

    [Fact]
    public void A_status_that_a_CRM_sets_again_after_another_is_a_new_word() =>
        Way("Evaluation@0:latest-claim Interest@3:returned-by-sales Evaluation@9:latest-claim", CrmClaims(Evaluation, 0, "Working"), Returned("no budget", 3) with { Raw = "Closed" }, CrmClaims(Evaluation, 9, "Working"));

    [Fact]
    public void At_one_instant_the_system_of_record_has_the_last_word()
    {
        Way("Awareness@0:first-heard Evaluation@5:latest-claim", Logged(0), CrmClaims(Evaluation, 5), MarketingClaims(Interest, 5));
        Fact[] facts = [Logged(0), CrmClaims(Interest, 5), MarketingClaims(Referral, 5)];

        Assert.Equal(Interest, JourneyFold.Fold(Lead, facts, Settings with { SystemOfRecord = Salesforce }).Stage);
        Assert.Equal(Referral, JourneyFold.Fold(Lead, facts, Settings with { SystemOfRecord = HubSpot }).Stage);
    }

    [Fact]
    public void A_stay_of_no_length_does_not_cut_the_one_before_in_two() =>
        Way("Interest@0:latest-claim", MarketingClaims(Interest, 0), MarketingClaims(Awareness, 5), CrmClaims(Interest, 5));

    [Theory]
    [InlineData(Evaluation)]
    [InlineData(Commitment)]
    [InlineData(Repeat)]
    public void Marketing_cannot_take_a_lead_out_of_a_stage_that_sales_own(FunnelStage stage) => Assert.All(Enum.GetValues<FunnelStage>(), claimed =>
        Assert.Equal(stage, Folded(CrmClaims(stage, 0), MarketingClaims(claimed, 5)).Stage));

    [Theory]
    [InlineData(Awareness)]
    [InlineData(Interest)]
    [InlineData(Referral)]
    public void Marketing_moves_a_lead_out_of_its_own_stages_as_it_likes(FunnelStage stage) => Assert.All(Enum.GetValues<FunnelStage>(), claimed =>
        Assert.Equal(claimed, Folded(CrmClaims(stage, 0), MarketingClaims(claimed, 5)).Stage));

    [Fact]
    public void Who_owns_a_stage_is_configuration()
    {
        var settings = Settings with { Stages = Settings.Stages.SetItem(Evaluation, Settings.Stages[Evaluation] with { Owner = "enablement" }) };

        Assert.Equal(Interest, JourneyFold.Fold(Lead, [CrmClaims(Evaluation, 0), MarketingClaims(Interest, 5)], settings).Stage);
    }

    [Fact]
    public void A_CRM_takes_a_lead_back_from_where_it_had_put_it() =>
        Way("Evaluation@0:latest-claim Interest@5:latest-claim", CrmClaims(Evaluation, 0), CrmClaims(Interest, 5, "Recycled"));

    [Fact]
    public void A_CRM_record_that_is_opened_at_an_earlier_stage_is_no_step_back() =>
        Way(
            "Evaluation@0:latest-claim",
            MarketingClaims(Evaluation, 0, "salesqualifiedlead"),
            CrmClaims(Interest, 1, "Open - Not Contacted"),
            CrmClaims(Interest, 5, "Working - Contacted"));

    [Fact]
    public void A_CRM_that_has_confirmed_a_stage_can_take_it_back() =>
        Way(
            "Evaluation@0:latest-claim Interest@9:latest-claim",
            MarketingClaims(Evaluation, 0),
            CrmClaims(Interest, 1, "Open"),
            CrmClaims(Evaluation, 5, "Qualified"),
            CrmClaims(Interest, 9, "Recycled"));

    [Fact]
    public void A_CRM_row_that_states_its_old_stage_again_is_no_news() =>
        Way(
            "Interest@0:latest-claim Evaluation@5:open-deal Commitment@6:first-won-deal",
            CrmClaims(Interest, 0, "Working"),
            Deal("006A", DealStatus.Open, 5),
            Deal("006A", DealStatus.Won, 6),
            CrmClaims(Interest, 9, "Working"));

    [Fact]
    public void No_claim_takes_a_lead_back_behind_an_open_deal()
    {
        Way("Evaluation@0:open-deal", Deal("a", DealStatus.Open, 0), CrmClaims(Interest, 5));
        Way("Commitment@0:latest-claim Evaluation@5:open-deal", CrmClaims(Commitment, 0), Deal("a", DealStatus.Open, 1), CrmClaims(Awareness, 5));
    }

    [Fact]
    public void A_stage_that_no_map_knows_is_held_once_and_moves_nothing()
    {
        var journey = Folded(MarketingClaims(Interest, 0), MarketingClaims(null, 5, "99"), MarketingClaims(null, 7, "99"), CrmClaims(null, 6, "Nurture"));

        Assert.Equal([new(HubSpot, "99", Start.AddMinutes(5)), new(Salesforce, "Nurture", Start.AddMinutes(6))], journey.Held.AsEnumerable());
        Assert.Equal(Interest, journey.Stage);
    }

    [Theory]
    [InlineData(TouchKind.PageVisit, Awareness)]
    [InlineData(TouchKind.Form, Interest)]
    [InlineData(TouchKind.Open, Interest)]
    [InlineData(TouchKind.Click, Interest)]
    [InlineData(TouchKind.Conversion, Interest)]
    public void A_touch_lifts_to_its_stage_and_never_lowers(TouchKind touch, FunnelStage expected)
    {
        Assert.Equal(expected, Folded(Touch(touch, 0)).Stage);
        Assert.All(
            [Interest, Evaluation, Commitment, Referral, Repeat],
            stage => Assert.Equal((stage, Start), (Folded(CrmClaims(stage, 0), Touch(touch, 5)).Stage, Folded(CrmClaims(stage, 0), Touch(touch, 5)).EnteredAt)));
    }

    [Fact]
    public void Consent_profile_identities_activities_and_deleted_records_move_nothing() =>
        Way(
            "Evaluation@0:latest-claim",
            CrmClaims(Evaluation, 0),
            Consent(ConsentState.OptedOut, 1),
            Profile(new() { Company = "Contoso" }, 2),
            Linked(3, IdentityKey.Person(HubSpot, "1")),
            Logged(4),
            Booked("call", 5, 60),
            Accepted(6),
            Deleted(IdentityKey.Person(HubSpot, "1"), 7),
            Merged(Given.Keys.LeadOf(IdentityKey.Person(HubSpot, "2")), 8),
            Erased(9));

    [Theory]
    [InlineData(null, Evaluation)]
    [InlineData(Awareness, Evaluation)]
    [InlineData(Interest, Evaluation)]
    [InlineData(Evaluation, Evaluation)]
    [InlineData(Commitment, Commitment)]
    public void An_open_deal_means_at_least_evaluation_and_what_its_own_stage_maps_to(FunnelStage? dealStage, FunnelStage expected)
    {
        Way($"Interest@0:latest-claim {expected}@5:open-deal", MarketingClaims(Interest, 0), Deal("a", DealStatus.Open, 5, dealStage, "its stage"));
        Assert.Equal(Commitment, Folded(CrmClaims(Commitment, 0), Deal("a", DealStatus.Open, 5, dealStage)).Stage);
    }

    [Fact]
    public void A_deal_nothing_is_said_of_is_open() => Way("Evaluation@0:open-deal", Deal("a", null, 0, amount: 5));

    [Fact]
    public void A_lead_goes_back_with_the_deal_that_brought_it() =>
        Way(
            "Evaluation@0:open-deal Commitment@5:open-deal Evaluation@9:deal-moved-back",
            Deal("a", DealStatus.Open, 0, Evaluation, "Proposal"),
            Deal("a", DealStatus.Open, 5, Commitment, "Contract"),
            Deal("a", DealStatus.Open, 9, Evaluation, "Proposal"));

    [Fact]
    public void A_deal_that_stays_on_its_stage_does_not_move_a_lead_that_a_claim_brought_further() =>
        Way(
            "Evaluation@0:open-deal Commitment@5:latest-claim",
            Deal("a", DealStatus.Open, 0, Evaluation, "Proposal"),
            CrmClaims(Commitment, 5),
            Deal("a", DealStatus.Open, 9, Evaluation, "Qualification", amount: 7));

    [Fact]
    public void The_first_won_deal_is_commitment_and_the_second_repeat() =>
        Way(
            "Evaluation@0:open-deal Commitment@5:first-won-deal Repeat@10:second-won-deal",
            Deal("a", DealStatus.Open, 0),
            Deal("a", DealStatus.Won, 5),
            Deal("b", DealStatus.Open, 7),
            Deal("b", DealStatus.Won, 10),
            Deal("a", DealStatus.Won, 12, amount: 99));

    [Fact]
    public void A_won_deal_with_an_existing_customer_is_repeat_though_no_earlier_one_was_seen()
    {
        Way("Evaluation@0:open-deal Repeat@5:existing-customer", Deal("a", DealStatus.Open, 0), Deal("a", DealStatus.Won, 5, Repeat));
        Way("Repeat@0:existing-customer Evaluation@5:new-round Repeat@9:still-customer", Deal("a", DealStatus.Won, 0, Repeat), Deal("b", DealStatus.Open, 5), Deal("b", DealStatus.Lost, 9));
    }

    [Fact]
    public void Deals_of_two_tools_with_one_id_are_two() =>
        Assert.Equal(Repeat, Folded(Deal("a", DealStatus.Won, 0), Deal("a", DealStatus.Won, 1) with { Connector = "pipedrive" }).Stage);

    [Fact]
    public void A_further_open_deal_leaves_a_customer_on_commitment() =>
        Way("Commitment@0:first-won-deal", Deal("a", DealStatus.Won, 0), Deal("b", DealStatus.Open, 5, Evaluation));

    [Fact]
    public void A_first_known_won_deal_does_not_take_repeat_from_somebody_the_CRM_knows_longer() =>
        Way("Repeat@0:latest-claim", CrmClaims(Repeat, 0), Deal("a", DealStatus.Won, 5));

    [Theory]
    [InlineData(DealStatus.Lost, "was lost")]
    [InlineData(DealStatus.Deleted, "is gone")]
    public void A_lead_whose_last_deal_is_lost_is_recycled_and_told_which(DealStatus end, string words)
    {
        var journey = Way(
            "Evaluation@0:open-deal Interest@9:lost-last-deal",
            Deal("006A", DealStatus.Open, 0),
            Deal("006B", DealStatus.Open, 1),
            Deal("006B", DealStatus.Lost, 5),
            Deal("006A", end, 9, raw: "Closed Lost"));

        Assert.Equal($"deal 006A in salesforce (Closed Lost) {words}, and it was the last", journey.Entries[^1].Reason);
    }

    [Fact]
    public void Where_lost_leads_are_recycled_to_is_configuration() =>
        Assert.Equal(
            Awareness,
            JourneyFold.Fold(Lead, [Deal("a", DealStatus.Open, 0), Deal("a", DealStatus.Lost, 5)], Settings with { RecycleTo = Awareness }).Stage);

    [Fact]
    public void A_deal_first_heard_of_when_lost_recycles_who_is_with_sales_and_lifts_nobody()
    {
        Way("Evaluation@0:latest-claim Interest@5:lost-last-deal", CrmClaims(Evaluation, 0), Deal("a", DealStatus.Lost, 5));
        Way("Awareness@0:first-heard", MarketingClaims(Awareness, 0), Deal("a", DealStatus.Lost, 5));
        Way("Referral@0:latest-claim", CrmClaims(Referral, 0), Deal("a", DealStatus.Lost, 5));
        Way("Evaluation@0:latest-claim", CrmClaims(Evaluation, 0), Deal("a", DealStatus.Deleted, 5));
    }

    [Fact]
    public void A_lost_deal_leaves_a_customer_what_the_won_ones_make_it()
    {
        Way("Commitment@0:first-won-deal", Deal("a", DealStatus.Won, 0), Deal("b", DealStatus.Open, 5), Deal("b", DealStatus.Lost, 9));
        Way(
            "Commitment@0:first-won-deal Repeat@1:second-won-deal Evaluation@5:new-round Repeat@9:still-customer",
            Deal("a", DealStatus.Won, 0),
            Deal("b", DealStatus.Won, 1),
            Deal("c", DealStatus.Open, 5),
            Deal("c", DealStatus.Lost, 9));
    }

    [Theory]
    [InlineData(null, Evaluation)]
    [InlineData(Interest, Evaluation)]
    [InlineData(Evaluation, Evaluation)]
    [InlineData(Commitment, Commitment)]
    [InlineData(Repeat, Evaluation)]
    public void A_deal_that_opens_on_repeat_or_referral_starts_a_new_round(FunnelStage? dealStage, FunnelStage expected)
    {
        Way(
            $"Commitment@0:first-won-deal Repeat@1:second-won-deal {expected}@5:new-round Repeat@9:second-won-deal",
            Deal("a", DealStatus.Won, 0),
            Deal("b", DealStatus.Won, 1),
            Deal("c", DealStatus.Open, 5, dealStage),
            Deal("c", DealStatus.Won, 9));
        Way(
            $"Commitment@0:first-won-deal Referral@1:advocate {expected}@5:new-round",
            Deal("a", DealStatus.Won, 0),
            MarketingClaims(Referral, 1),
            Deal("c", DealStatus.Open, 5, dealStage));
    }

    [Fact]
    public void A_deal_that_was_open_before_repeat_starts_no_new_round_by_moving_on() =>
        Way(
            "Commitment@0:first-won-deal Repeat@2:second-won-deal",
            Deal("a", DealStatus.Won, 0),
            Deal("c", DealStatus.Open, 1, Evaluation, "Proposal"),
            Deal("b", DealStatus.Won, 2),
            Deal("c", DealStatus.Open, 5, Commitment, "Contract"));

    [Fact]
    public void A_won_deal_that_is_reopened_is_counted_no_longer()
    {
        Way("Commitment@0:first-won-deal Evaluation@5:won-deal-undone", Deal("a", DealStatus.Won, 0), Deal("a", DealStatus.Open, 5));
        Way(
            "Commitment@0:first-won-deal Repeat@1:second-won-deal Commitment@5:won-deal-undone",
            Deal("a", DealStatus.Won, 0),
            Deal("b", DealStatus.Won, 1),
            Deal("b", DealStatus.Open, 5));
        Way("Commitment@0:first-won-deal Interest@5:won-deal-undone", Deal("a", DealStatus.Won, 0), Deal("a", DealStatus.Lost, 5));
        Way("Commitment@0:first-won-deal Interest@5:won-deal-undone", Deal("a", DealStatus.Won, 0), Deal("a", DealStatus.Deleted, 5));
    }

    [Fact]
    public void A_lost_deal_that_is_reopened_is_open_again() =>
        Way(
            "Evaluation@0:open-deal Interest@5:lost-last-deal Evaluation@9:open-deal",
            Deal("a", DealStatus.Open, 0),
            Deal("a", DealStatus.Lost, 5),
            Deal("a", DealStatus.Open, 9));

    [Fact]
    public void Marketing_may_call_a_customer_an_advocate_when_no_deal_is_open()
    {
        Way("Commitment@0:first-won-deal Referral@5:advocate", Deal("a", DealStatus.Won, 0), MarketingClaims(Referral, 5));
        Way(
            "Commitment@0:first-won-deal Repeat@1:second-won-deal Referral@5:advocate",
            Deal("a", DealStatus.Won, 0),
            Deal("b", DealStatus.Won, 1),
            MarketingClaims(Referral, 5));
        Way("Commitment@0:first-won-deal", Deal("a", DealStatus.Won, 0), Deal("b", DealStatus.Open, 1), MarketingClaims(Referral, 5));
        Way("Commitment@0:latest-claim", CrmClaims(Commitment, 0), MarketingClaims(Referral, 5));
    }

    [Theory]
    [InlineData(Evaluation)]
    [InlineData(Commitment)]
    [InlineData(Repeat)]
    public void A_return_takes_a_lead_back_from_sales_with_the_reason(FunnelStage stage)
    {
        var journey = Way($"{stage}@0:latest-claim Interest@5:returned-by-sales", CrmClaims(stage, 0), Returned("no budget", 5));

        Assert.Equal("sales gave the lead back: no budget", journey.Entries[^1].Reason);
    }

    [Fact]
    public void A_return_of_a_lead_that_sales_do_not_have_moves_nothing() => Way("Awareness@0:first-heard", MarketingClaims(Awareness, 0), Returned("no budget", 5));

    [Fact]
    public void A_returned_lead_comes_again_when_its_deal_moves_on_but_not_when_only_an_amount_changes()
    {
        const string Returned5 = "Evaluation@0:open-deal Interest@5:returned-by-sales";
        Way(Returned5, Deal("a", DealStatus.Open, 0, Evaluation, "New"), Returned("not yet", 5), Deal("a", DealStatus.Open, 9, Evaluation, "New", amount: 10));
        Way($"{Returned5} Evaluation@9:open-deal", Deal("a", DealStatus.Open, 0, Evaluation, "New"), Returned("not yet", 5), Deal("a", DealStatus.Open, 9, Evaluation, "Proposal"));
    }

    private static Journey Way(string expected, params Fact[] facts)
    {
        var journey = Folded(facts);
        var way = journey.Entries.Select(entry =>
            string.Create(CultureInfo.InvariantCulture, $"{entry.Stage}@{(int)(entry.EnteredAt - Start).TotalMinutes}:{entry.Rule}"));

        Assert.Equal(expected, string.Join(' ', way));
        return journey;
    }
}
