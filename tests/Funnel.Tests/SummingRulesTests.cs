using System.Collections.Immutable;

namespace IntegrationHub.Funnel.Tests;

/// <summary>What facts do that are older than the sum of a lead's earlier facts, because they came late or with a merge.</summary>
public sealed class SummingRulesTests
{
    private const int Flood = 300;

    private static readonly FunnelSettings Settings = Given.Settings with { FactsPerLead = 100 };

    /// <summary>Interest by a form at minute 1, and a form each minute until 300; the last 50 are not summed up.</summary>
    private static readonly ImmutableDictionary<string, Fact> Flooded = Sum([.. Enumerable.Range(1, Flood).Select(minute => Given.Touch(TouchKind.Form, minute, "fair"))]);

    [Theory]
    [InlineData(100, 100)]
    [InlineData(101, 51)]
    [InlineData(1_000, 51)]
    public void Above_the_limit_half_as_many_stay_beside_the_sum(int facts, int left)
    {
        var state = JourneyState.New(Given.Lead) with { Facts = All(Enumerable.Range(1, facts).Select(minute => Given.Touch(TouchKind.Form, minute))) };

        Assert.Equal(left, SummingRules.Within(state, Settings).Facts.Count);
    }

    [Fact]
    public void Merges_and_facts_of_a_newer_hub_are_never_summed_and_do_not_make_every_commit_sum()
    {
        var kept = Enumerable.Range(1, 150).Select(minute => minute % 2 == 0 ? (Fact)Given.Unknown($"kind{minute}", minute) with { DedupeKey = $"u{minute}" } : Given.Merged(Given.Lead, minute) with { DedupeKey = $"m{minute}" });
        var state = JourneyState.New(Given.Lead) with { Facts = All([.. kept, Given.Touch(TouchKind.Form, 1), Given.Touch(TouchKind.Form, 2)]) };

        Assert.Same(state, SummingRules.Within(state, Settings));
    }

    [Theory]
    [InlineData(2, FunnelStage.Awareness)]
    [InlineData(Flood + 1, FunnelStage.Interest)]
    public void A_touch_that_is_taken_back_after_it_was_summed_up_still_counts(int minute, FunnelStage stage)
    {
        var response = Given.Touch(TouchKind.Conversion, 1) with { TouchId = "member" };
        Fact[] visits = [.. Enumerable.Range(2, Flood - 1).Select(each => Given.Touch(TouchKind.PageVisit, each, "fair"))];
        var takenBack = Given.WithdrawnTouch("member", minute);

        var journey = minute > Flood ? Fold(Sum([response, .. visits]), takenBack) : Fold(Sum([response, takenBack, .. visits]));

        Assert.Equal(stage, journey.Stage);
    }

    [Fact]
    public void A_customer_who_is_merged_into_a_flooded_lead_stays_a_customer()
    {
        var merged = Fold(Flooded, Given.Deal("1", DealStatus.Open, 10), Given.Deal("1", DealStatus.Won, 20) with { DedupeKey = "won" });

        Assert.Equal((FunnelStage.Commitment, Given.Start.AddMinutes(20)), (merged.Stage, merged.EnteredAt));
        Assert.Equal(FunnelStage.Interest, merged.Entries[0].Stage);
    }

    [Fact]
    public void A_late_word_of_marketing_moves_no_summed_stay_and_is_explained()
    {
        var late = Given.MarketingClaims(FunnelStage.Referral, 100);

        var explained = JourneyExplanation.Of(Given.Lead, [.. Flooded.Values, late], Settings);

        Assert.Equal(Fold(Flooded).Entries.AsEnumerable(), explained.Journey.Entries);
        Assert.Equal(FactEffect.Late, explained.Judgements.Single(judged => judged.Fact == late).Effect);
    }

    [Fact]
    public void A_late_word_of_a_CRM_that_is_not_its_last_moves_nobody()
    {
        var recycled = Sum(
            [
                Given.CrmClaims(FunnelStage.Evaluation, 1, "working"), Given.CrmClaims(FunnelStage.Interest, 150, "nurture"),
                .. Enumerable.Range(2, Flood).Select(minute => Given.Touch(TouchKind.Form, minute, "fair")),
            ]);

        Assert.Equal(Fold(recycled).Entries.AsEnumerable(), Fold(recycled, Given.CrmClaims(FunnelStage.Commitment, 100, "contract")).Entries);
    }

    [Fact]
    public void An_open_deal_that_the_sum_does_not_know_lifts_the_lead_unless_sales_gave_it_back()
    {
        var recycled = Sum(
            [
                Given.CrmClaims(FunnelStage.Evaluation, 1, "working"), Given.CrmClaims(FunnelStage.Interest, 150, "nurture"),
                .. Enumerable.Range(2, Flood).Select(minute => Given.Touch(TouchKind.Form, minute, "fair")),
            ]);

        Assert.Equal(FunnelStage.Evaluation, Fold(recycled, Given.Deal("2", DealStatus.Open, 100)).Stage);
        Assert.Equal(FunnelStage.Interest, Fold(recycled, Given.Deal("2", DealStatus.Open, 100), Given.Returned("no budget", 101)).Stage);
    }

    [Theory]
    [InlineData(99, ConsentState.OptedIn)]
    [InlineData(101, ConsentState.OptedOut)]
    public void A_late_opt_out_counts_when_it_is_later_than_the_summed_word(int minute, ConsentState expected)
    {
        var agreed = Sum([Given.Consent(ConsentState.OptedIn, 100), .. Enumerable.Range(1, Flood).Select(at => Given.Touch(TouchKind.Form, at))]);

        Assert.Equal(expected, Fold(agreed, Given.Consent(ConsentState.OptedOut, minute)).EmailConsent);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Jo")]
    public void A_value_that_its_tool_cleared_at_the_same_instant_stays_cleared_when_it_comes_again(string? othersValue)
    {
        var named = Given.Profile(new() { FirstName = "Joanna" }, 2) with { DedupeKey = "1 named" };
        Fact[] facts =
        [
            Given.Profile(new() { FirstName = othersValue }, 1, Given.Salesforce),
            named,
            Given.Profile(new() { FirstName = "" }, 2) with { DedupeKey = "2 cleared" },
            Given.Touch(TouchKind.Form, 3),
        ];
        var sum = SummingRules.Sum(Given.Lead, All(facts), facts.Length, Settings);

        Assert.Equal((othersValue, othersValue), (Fold(sum).Profile.FirstName, Fold(sum, named).Profile.FirstName));
    }

    [Fact]
    public void A_fact_later_than_every_word_about_the_stage_counts_as_if_it_had_come_in_time()
    {
        var visited = Sum([Given.Touch(TouchKind.Form, 1), .. Enumerable.Range(2, Flood).Select(minute => Given.Touch(TouchKind.PageVisit, minute))]);
        var late = Given.CrmClaims(FunnelStage.Evaluation, 50, "working");

        Assert.Equal((FunnelStage.Evaluation, Given.Start.AddMinutes(50)), (Fold(visited, late).Stage, Fold(visited, late).EnteredAt));
    }

    [Theory]
    [InlineData(10, FunnelStage.Awareness)]
    [InlineData(299, FunnelStage.Awareness)]
    public void A_touch_that_was_taken_back_before_the_sum_does_not_count_after_it(int minute, FunnelStage expected)
    {
        var visited = Sum([Given.WithdrawnTouch("member", 5), .. Enumerable.Range(1, Flood).Select(at => Given.Touch(TouchKind.PageVisit, at))]);
        var again = Given.Touch(TouchKind.Form, minute, "fair") with { DedupeKey = "again", TouchId = "member" };

        Assert.Equal(expected, Fold(visited, again).Stage);
        Assert.Equal(FunnelStage.Interest, Fold(visited, again with { TouchId = "other" }).Stage);
    }

    [Theory]
    [InlineData(10, 11)]
    [InlineData(11, 10)]
    public void What_was_read_at_first_meeting_is_news_when_its_report_is_on_the_other_side_of_the_cut(int foundAt, int reportedAt)
    {
        var record = IdentityKey.Person(Given.Salesforce, "7");
        Fact[] facts =
        [
            Given.Touch(TouchKind.Form, 1),
            Given.Deleted(record, 5),
            Given.CrmClaims(FunnelStage.Evaluation, foundAt, "working") with { DedupeKey = "found", Past = true },
            Given.CrmClaims(FunnelStage.Evaluation, reportedAt, "working") with { DedupeKey = "reported", About = record },
        ];

        Assert.Equal((FunnelStage.Evaluation, false), (Fold(All(facts)).Stage, Fold(All(facts)).Entries[^1].Past));
        for (var cut = 1; cut <= facts.Length; cut++)
        {
            Assert.Equal(Fold(All(facts)).Entries.AsEnumerable(), Fold(SummingRules.Sum(Given.Lead, All(facts), cut, Settings)).Entries);
        }
    }

    [Fact]
    public void Two_flooded_leads_are_one_person_with_the_deals_and_keys_of_both()
    {
        var customer = Sum([Given.Deal("1", DealStatus.Won, 5), Given.Linked(6, IdentityKey.Person(Given.HubSpot, "7")), .. Enumerable.Range(7, Flood).Select(minute => Given.Touch(TouchKind.PageVisit, minute))]);
        var other = customer.ToImmutableDictionary(fact => fact.Key == Key ? "hub|summed|other" : $"other{fact.Key}", fact => fact.Value with { DedupeKey = fact.Key == Key ? "hub|summed|other" : $"other{fact.Key}" });

        var both = Fold(Flooded.AddRange(other));

        Assert.Equal((FunnelStage.Commitment, 1), (both.Stage, both.Deals.Length));
        Assert.Contains(IdentityKey.Person(Given.HubSpot, "7"), both.Identities);
        Assert.Equal(Fold(Flooded.AddRange(other)).Hash, Fold(other.AddRange(Flooded)).Hash);
    }

    [Fact]
    public void Stays_and_deals_of_a_lead_are_bounded_and_the_first_stay_and_open_deals_are_the_last_to_go()
    {
        var open = Given.Deal("first", DealStatus.Open, 0);
        var lost = Enumerable.Range(1, 1_500).Select(minute => Given.Deal($"deal{minute}", DealStatus.Lost, minute) with { DedupeKey = $"lost{minute}" });
        var moves = Enumerable.Range(1_501, 900).Select(minute => Given.CrmClaims(minute % 2 == 0 ? FunnelStage.Commitment : FunnelStage.Evaluation, minute, $"raw{minute % 2}") with { DedupeKey = $"move{minute}" });

        var journey = JourneyFold.Fold(Given.Lead, [open, .. lost, .. moves], Settings);

        Assert.Equal((DealBook.Most, StageFold.MostEntries), (journey.Deals.Length, journey.Entries.Length));
        Assert.Contains(journey.Deals, deal => deal.Id == "first");
        Assert.Equal((Given.Start, Given.Start.AddMinutes(2_400)), (journey.Entries[0].EnteredAt, journey.Entries[^1].EnteredAt));
    }

    private static string Key => $"hub|summed|{Given.Lead}";

    private static ImmutableDictionary<string, Fact> Sum(Fact[] facts) => SummingRules.Within(JourneyState.New(Given.Lead) with { Facts = All(facts) }, Settings).Facts;

    private static ImmutableDictionary<string, Fact> All(IEnumerable<Fact> facts) => facts.ToImmutableDictionary(fact => fact.DedupeKey);

    private static Journey Fold(ImmutableDictionary<string, Fact> facts, params Fact[] late) => JourneyFold.Fold(Given.Lead, [.. facts.Values, .. late], Settings);
}
