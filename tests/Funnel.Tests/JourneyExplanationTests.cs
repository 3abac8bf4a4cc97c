using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

public sealed class JourneyExplanationTests
{
    [Fact]
    public void The_facts_of_an_explanation_folded_alone_are_the_stored_journey() => Holds((facts, seed) =>
    {
        var stored = JourneyRules.Decide(JourneyState.New(Lead), AnyFacts.Redelivered(facts, seed), Settings, Start.AddDays(1));

        var explanation = JourneyExplanation.Of(Lead, stored.State.Facts.Values, Settings);
        var replayed = JourneyFold.Fold(Lead, explanation.Judgements.Select(judged => judged.Fact), Settings);

        Assert.Equal((stored.Journey.Stage, stored.Journey.Hash), (replayed.Stage, replayed.Hash));
        Assert.Equal(stored.Journey.Entries.AsEnumerable(), replayed.Entries);
        Assert.Equal(stored.Journey.Hash, explanation.Journey.Hash);
        Assert.Equal(facts.Select(fact => fact.DedupeKey).Distinct().Order(), explanation.Judgements.Select(judged => judged.Fact.DedupeKey).Order());
    });

    [Fact]
    public void Order_and_repetition_of_facts_change_no_judgement() => Holds((facts, seed) => Assert.Equal(
        JourneyExplanation.Of(Lead, facts, Settings).Judgements.Select(judged => (judged.Fact.DedupeKey, judged.Effect, judged.Rule, judged.Reason)),
        JourneyExplanation.Of(Lead, AnyFacts.Redelivered(facts, seed), Settings).Judgements.Select(judged => (judged.Fact.DedupeKey, judged.Effect, judged.Rule, judged.Reason))));

    [Fact]
    public void Every_stay_has_the_fact_that_moved_the_lead_there_and_every_move_has_a_stay() => Holds((facts, _) =>
    {
        var explanation = JourneyExplanation.Of(Lead, facts, Settings);

        Assert.Equal(
            explanation.Journey.Entries.Where(entry => entry.Rule != StagePolicy.FirstHeard).Select(entry => ((string?)entry.Rule, (string?)entry.Reason, entry.FactKey)),
            explanation.Judgements.Where(judged => judged.Effect == FactEffect.Moved).Select(judged => (judged.Rule, judged.Reason, judged.Fact.DedupeKey)));
    });

    [Fact]
    public void Without_what_did_not_move_it_a_lead_goes_the_same_way() => Holds((facts, _) =>
    {
        // A CRM's word counts later on even where it moved nobody, and a deal holds the lead without moving it: only marketing's words are taken away.
        var explanation = JourneyExplanation.Of(Lead, facts, Settings);
        // The first known fact makes the lead known.
        var first = explanation.Judgements.FirstOrDefault(judged => judged.Fact is not UnknownFact)?.Fact;
        var kept = explanation.Judgements
            .Where(judged => judged.Fact == first || judged.Fact is not StageClaimed { Side: ToolSide.Marketing } || judged.Effect is FactEffect.Moved or FactEffect.Momentary)
            .Select(judged => judged.Fact);

        Assert.Equal(explanation.Journey.Entries.AsEnumerable(), JourneyFold.Fold(Lead, kept, Settings).Entries);
    });

    [Fact]
    public void Marketings_claim_on_a_stage_of_sales_is_overruled_by_whose_stage_it_is() =>
        Judged(FactEffect.Overruled, StagePolicy.OwnedBySales, CrmClaims(FunnelStage.Evaluation, 0), MarketingClaims(FunnelStage.Interest, 5));

    [Fact]
    public void A_claim_behind_an_open_deal_is_overruled_by_the_deal() =>
        Judged(FactEffect.Overruled, StagePolicy.OpenDeal, Deal("006", DealStatus.Open, 0), CrmClaims(FunnelStage.Evaluation, 1), CrmClaims(FunnelStage.Interest, 5));

    [Fact]
    public void A_claim_of_a_crm_that_never_put_the_lead_so_far_is_overruled_by_the_latest_claim() =>
        Judged(FactEffect.Overruled, StagePolicy.LatestClaim, MarketingClaims(FunnelStage.Interest, 0), CrmClaims(FunnelStage.Awareness, 5));

    [Fact]
    public void A_return_of_what_sales_do_not_have_is_overruled() =>
        Judged(FactEffect.Overruled, StagePolicy.ReturnedBySales, MarketingClaims(FunnelStage.Interest, 0), Returned("no budget", 5));

    [Fact]
    public void A_stage_no_map_knows_is_told_as_unmapped_however_often_it_is_said() =>
        Judged(FactEffect.Unmapped, null, CrmClaims(null, 0, "Limbo"), CrmClaims(null, 5, "Limbo"));

    [Fact]
    public void What_a_crm_says_again_in_the_same_words_is_told_as_no_news() =>
        Judged(FactEffect.Restated, null, CrmClaims(FunnelStage.Evaluation, 0, "Working"), MarketingClaims(FunnelStage.Interest, 2), CrmClaims(FunnelStage.Evaluation, 5, "Working"));

    [Fact]
    public void A_claim_of_the_stage_the_lead_is_on_asks_for_nothing() =>
        Judged(FactEffect.None, null, MarketingClaims(FunnelStage.Interest, 0), MarketingClaims(FunnelStage.Interest, 5));

    [Fact]
    public void A_move_whose_place_another_took_at_the_same_instant_is_told_as_momentary()
    {
        var judgements = JourneyExplanation.Of(Lead, [Touch(TouchKind.PageVisit, 0), MarketingClaims(FunnelStage.Interest, 5), CrmClaims(FunnelStage.Evaluation, 5)], Settings).Judgements;

        Assert.Equal([FactEffect.None, FactEffect.Momentary, FactEffect.Moved], judgements.Select(judged => judged.Effect));
    }

    [Fact]
    public void Every_setting_counts_in_the_fingerprint_of_the_settings()
    {
        FunnelSettings[] others =
        [
            Settings,
            Settings with { SystemOfRecord = HubSpot },
            Settings with { RecycleTo = FunnelStage.Awareness },
            Settings with { Calendar = new("Europe/Berlin", "Mon-Sun", "00:00-24:00", []) },
            Settings with { Calendar = new("UTC", "Mon-Fri", "00:00-24:00", []) },
            Settings with { Calendar = new("UTC", "Mon-Sun", "09:00-24:00", []) },
            Settings with { Calendar = new("UTC", "Mon-Sun", "00:00-17:00", []) },
            Settings with { Calendar = new("UTC", "Mon-Sun", "00:00-24:00", [new(2026, 12, 25)]) },
            Settings with { TeamCalendars = Settings.TeamCalendars.Add(Team.Sales, BusinessCalendar.Always) },
            Settings with { Stages = Settings.Stages.SetItem(FunnelStage.Interest, Settings.Stages[FunnelStage.Interest] with { Name = "Donation" }) },
            Settings with { Stages = Settings.Stages.SetItem(FunnelStage.Interest, Settings.Stages[FunnelStage.Interest] with { Owner = Team.Sales }) },
            Settings.With(FunnelStage.Interest, stallAfter: TimeSpan.FromDays(1)),
            Settings.With(FunnelStage.Interest, acceptWithin: TimeSpan.FromDays(1)),
            WithSegment("b2b", new(TimeSpan.FromDays(1), null)),
            WithSegment("b2b", new(null, TimeSpan.FromDays(1))),
            WithSegment("b2c", new(null, TimeSpan.FromDays(1))),
            Settings with { Alerts = Settings.Alerts with { HeadsUpAt = 0.5 } },
            Settings with { Alerts = Settings.Alerts with { EscalateAt = 3 } },
            Settings with { Alerts = Settings.Alerts with { RepeatAfter = TimeSpan.FromDays(1) } },
            Settings with { Alerts = Settings.Alerts with { AcknowledgedFor = TimeSpan.FromDays(1) } },
            Settings with { Alerts = Settings.Alerts with { Snoozes = 1 } },
            Settings with { Content = [Item("a")] },
            Settings with { Content = [Item("b")] },
            Settings with { Content = [Item("a") with { Segment = "b2b" }] },
            Settings with { Content = [Item("a") with { Stages = [FunnelStage.Interest] }] },
            Settings with { Campaigns = [new("Spring*", CampaignChannel.Paid)] },
            Settings with { Campaigns = [new("Spring*", CampaignChannel.Pr)] },
            WithRoutes(new() { Routes = [], Fallback = Owner("ann"), Connector = "salesforce" }),
            WithRoutes(new() { Routes = [], Fallback = Owner("bob"), Connector = "salesforce" }),
            WithRoutes(new() { Routes = [], Fallback = Capable(5), Connector = "salesforce" }),
            WithRoutes(new() { Routes = [], Fallback = Capable(6), Connector = "salesforce" }),
            WithRoutes(new() { Routes = [], Fallback = Owner("ann"), Connector = "salesforce", MaxReroutes = 2 }),
            WithRoutes(new() { Routes = [], Fallback = Owner("ann"), Connector = "salesforce", RerouteAfter = TimeSpan.FromHours(1) }),
            WithRoutes(new() { Routes = [new() { Name = "1", Connector = "salesforce", Owner = Owner("bob") }], Fallback = Owner("ann"), Connector = "salesforce" }),
            WithRoutes(new() { Routes = [new() { Name = "1", Connector = "salesforce", Owner = Owner("bob"), MinScore = 5 }], Fallback = Owner("ann"), Connector = "salesforce" }),
            Settings with { WriteBack = Settings.WriteBack with { OverwriteWindow = TimeSpan.FromHours(1) } },
            Settings with { WriteBack = Settings.WriteBack with { InStep = [PersonProperty.Phone] } },
        ];

        static ContentItem Item(string title) => new() { Title = title, Url = new("https://example.com/a"), Style = ContentStyle.Tactical };

        static HandoffOwner Owner(string name) => new(name, BusinessCalendar.Always, []);

        static HandoffOwner Capable(int capacity) => new("ann", BusinessCalendar.Always, []) { Capacity = capacity };

        static FunnelSettings WithRoutes(TeamRoutes routes) => Settings with { Routing = new() { Teams = ImmutableDictionary<string, TeamRoutes>.Empty.Add(Team.Sales, routes) } };

        static FunnelSettings WithSegment(string name, StageLimits limits) => Settings with
        {
            Stages = Settings.Stages.SetItem(FunnelStage.Interest, Settings.Stages[FunnelStage.Interest] with { Segments = StageSettings.NoSegments.Add(name, limits) }),
        };

        Assert.Equal(others.Length, others.Select(SettingsHash.Of).Distinct().Count());
    }

    [Fact]
    public void The_fingerprint_does_not_depend_on_how_settings_were_written()
    {
        var written = Settings with { Calendar = new("UTC", "Mon,Tue,Wed,Thu,Fri", "09:00-17:00", [new(2026, 1, 1), new(2026, 12, 25)]) };
        var otherwise = Settings with
        {
            Calendar = new(" UTC ", "Mon-Fri", " 09:00 - 17:00 ", [new(2026, 12, 25), new(2026, 1, 1)]),
            Stages = Settings.Stages.Reverse().ToImmutableDictionary(),
        };

        Assert.Equal(SettingsHash.Of(written), SettingsHash.Of(otherwise));
        Assert.Matches("^[0-9a-f]{64}$", SettingsHash.Of(written));
    }

    [Theory]
    [InlineData("no budget", "no budget")]
    [InlineData("5 @ 10", "5 @ 10")]
    [InlineData("ask ada@localhost!", "ask email:unreadable")]
    public void What_is_no_address_stays_and_what_only_looks_like_one_is_hidden(string text, string hidden) => Assert.Equal(hidden, Given.Keys.HideIn(text));

    [Theory]
    [InlineData("identities|email|{0}|hubspot|person|1201")]
    [InlineData("<{0}>, twice: {0}")]
    [InlineData("hubspot|{0}#stage")]
    [InlineData("({0})")]
    public void An_address_in_a_text_is_shown_by_its_hash_alone(string text)
    {
        Assert.True(EmailAddress.TryParse("ada@example.com", out var ada));

        Assert.Equal(string.Format(null, text, Given.Keys.ShortIdOf(ada)), Given.Keys.HideIn(string.Format(null, text, "Ada@Example.com")));
    }

    private static void Judged(FactEffect effect, string? rule, params Fact[] facts)
    {
        var last = JourneyExplanation.Of(Lead, facts, Settings).Judgements[^1];

        Assert.Equal((effect, rule), (last.Effect, last.Rule));
        Assert.Equal(rule is null, last.Reason is null);
    }

    private static void Holds(Action<Fact[], int> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(60), Prop.ForAll(AnyFacts.Sets, set => property(set.Facts, set.Seed)));
}
