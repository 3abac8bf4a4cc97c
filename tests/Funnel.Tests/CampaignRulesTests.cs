using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

public sealed class CampaignRulesTests
{
    private static readonly CampaignTouched Responded = Touch(TouchKind.Conversion, 5, "Spring") with { TouchId = "member" };

    [Theory]
    [InlineData(6)]
    [InlineData(2)]
    public void A_touch_that_was_taken_back_moves_nobody_whenever_it_was_taken_back(int minute)
    {
        Fact[] facts = [Touch(TouchKind.PageVisit, 1), Responded, WithdrawnTouch("member", minute)];

        Assert.Equal(Awareness, JourneyFold.Fold(Lead, facts, Settings).Stage);
        Assert.Equal(Awareness, JourneyFold.Fold(Lead, facts.Reverse(), Settings).Stage);
        Assert.Equal(Interest, JourneyFold.Fold(Lead, facts[..2], Settings).Stage);
    }

    [Fact]
    public void Only_the_named_touch_of_the_same_tool_is_taken_back()
    {
        Assert.Equal(Interest, JourneyFold.Fold(Lead, [Responded, WithdrawnTouch("other", 6)], Settings).Stage);
        Assert.Equal(Interest, JourneyFold.Fold(Lead, [Responded, WithdrawnTouch("member", 6, Salesforce)], Settings).Stage);
        Assert.Equal(Interest, JourneyFold.Fold(Lead, [Responded with { TouchId = null }, WithdrawnTouch("member", 6)], Settings).Stage);
    }

    [Fact]
    public void A_setting_names_the_channel_before_the_tool_does_and_a_conversion_without_either_has_none()
    {
        var configured = Settings with { Campaigns = [new("Spring*", CampaignChannel.Philanthropy)] };
        var known = Responded with { Known = new() { Channel = CampaignChannel.Paid } };

        Assert.Equal(CampaignChannel.Philanthropy, CampaignRules.ChannelOf(known, configured));
        Assert.Equal(CampaignChannel.Paid, CampaignRules.ChannelOf(known, Settings));
        Assert.Null(CampaignRules.ChannelOf(Responded, Settings));
        Assert.Equal(CampaignChannel.Digital, CampaignRules.ChannelOf(Touch(TouchKind.Click, 1), Settings));
    }

    [Fact]
    public void A_deal_has_the_day_and_the_reason_that_its_tool_said_last_until_it_clears_them()
    {
        var open = Deal("006", DealStatus.Open, 1) with { ClosedOn = new(2026, 4, 30) };
        var lost = Deal("006", DealStatus.Lost, 2) with { ClosedOn = new(2026, 3, 31), LostReason = "Price" };
        var cleared = Deal("006", DealStatus.Open, 3) with { Cleared = [DealProperty.ClosedOn, DealProperty.LostReason] };

        Assert.Equal((new DateOnly(2026, 3, 31), "Price"), DayAndReason(open, lost));
        Assert.Equal(((DateOnly?)null, (string?)null), DayAndReason(open, lost, cleared));

        static (DateOnly?, string?) DayAndReason(params Fact[] facts)
        {
            var deal = JourneyFold.Fold(Lead, facts, Settings).Deals.Single();
            return (deal.ClosedOn, deal.LostReason);
        }
    }

    [Fact]
    public void A_deal_is_won_since_it_last_became_so()
    {
        Fact[] facts =
        [
            Deal("006", DealStatus.Won, 1), Deal("006", null, 2, amount: 5), Deal("006", DealStatus.Open, 3), Deal("006", DealStatus.Won, 4), Deal("006", DealStatus.Won, 5),
        ];

        Assert.Equal(Start.AddMinutes(1), JourneyFold.Fold(Lead, facts[..2], Settings).Deals.Single().StatusSince);
        Assert.Equal((Start.AddMinutes(4), Start.AddMinutes(5)), Times(JourneyFold.Fold(Lead, facts, Settings).Deals.Single()));

        static (DateTimeOffset Since, DateTimeOffset Changed) Times(Deal deal) => (deal.StatusSince, deal.ChangedAt);
    }

    [Fact]
    public void A_close_date_and_a_lost_reason_are_in_the_hash_of_a_journey_that_has_them()
    {
        var without = JourneyFold.Fold(Lead, [Deal("006", DealStatus.Lost, 1)], Settings).Hash;

        Assert.NotEqual(without, JourneyFold.Fold(Lead, [Deal("006", DealStatus.Lost, 1) with { ClosedOn = new(2026, 3, 31) }], Settings).Hash);
        Assert.NotEqual(without, JourneyFold.Fold(Lead, [Deal("006", DealStatus.Lost, 1) with { LostReason = "Price" }], Settings).Hash);
    }
}
