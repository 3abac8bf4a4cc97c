namespace IntegrationHub.Funnel.Tests;

public sealed class EchoRulesTests
{
    private static readonly FunnelSettings Settings = Given.Settings with { WriteBack = new() { InStep = [PersonProperty.Phone, PersonProperty.Company] } };

    [Fact]
    public void The_echo_of_the_hubs_stage_write_that_arrives_after_the_return_does_not_lift_the_lead_back()
    {
        var state = Noted(Decide(New(), Given.MarketingClaims(FunnelStage.Evaluation, 0, "salesqualifiedlead")).State, Given.HubSpot, PersonProperty.Stage, "customer", minute: 4);
        state = Decide(state, Given.Returned("no budget", 5)).State;

        var echoed = Decide(state, Given.MarketingClaims(FunnelStage.Commitment, 6, "customer"));
        var claimed = Decide(echoed.State, Given.MarketingClaims(FunnelStage.Evaluation, 7, "salesqualifiedlead"));

        Assert.Equal(FunnelStage.Interest, echoed.Journey.Stage);
        Assert.True(Assert.Single(echoed.NewFacts).IsEchoOf(PersonProperty.Stage));
        Assert.Equal(FunnelStage.Evaluation, claimed.Journey.Stage);
    }

    [Fact]
    public void An_echo_is_taken_for_one_once()
    {
        var state = Noted(Decide(New(), Given.MarketingClaims(FunnelStage.Interest, 0, "lead")).State, Given.HubSpot, PersonProperty.Stage, "salesqualifiedlead", minute: 1);

        var echo = Decide(state, Given.MarketingClaims(FunnelStage.Evaluation, 2, "salesqualifiedlead"));
        var claim = Decide(echo.State, Given.MarketingClaims(FunnelStage.Evaluation, 3, "salesqualifiedlead"));

        Assert.Equal((FunnelStage.Interest, FunnelStage.Evaluation), (echo.Journey.Stage, claim.Journey.Stage));
    }

    [Fact]
    public void An_echo_that_is_delivered_again_is_still_the_same_echo()
    {
        var state = Noted(Decide(New(), Given.MarketingClaims(FunnelStage.Interest, 0, "lead")).State, Given.HubSpot, PersonProperty.Stage, "salesqualifiedlead", minute: 1);
        var echo = Given.MarketingClaims(FunnelStage.Evaluation, 2, "salesqualifiedlead");

        var again = Decide(Decide(state, echo).State, echo);

        Assert.False(again.Changed);
        Assert.Equal(FunnelStage.Interest, again.Journey.Stage);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_write_that_never_came_back_is_no_longer_awaited_after_the_set_time(int secondsAfter, bool echo)
    {
        var state = Noted(Decide(New(), Given.MarketingClaims(FunnelStage.Interest, 0, "lead")).State, Given.HubSpot, PersonProperty.Stage, "salesqualifiedlead", minute: 1);
        var now = Given.Start.AddMinutes(1) + Settings.WriteBack.EchoWithin + TimeSpan.FromSeconds(secondsAfter);

        var decided = JourneyRules.Decide(state, [Given.MarketingClaims(FunnelStage.Evaluation, 2, "salesqualifiedlead")], Settings, now);

        Assert.Equal(echo ? FunnelStage.Interest : FunnelStage.Evaluation, decided.Journey.Stage);
    }

    [Fact]
    public void What_another_tool_says_is_no_echo()
    {
        var state = Noted(Decide(New(), Given.Profile(new() { Phone = "1" }, 0)).State, Given.Salesforce, PersonProperty.Phone, "1", minute: 1);

        var decided = Decide(state, Given.Profile(new() { Phone = "2" }, 2), Given.Profile(new() { Phone = "1" }, 3));

        Assert.Equal("1", decided.Journey.Profile.Phone);
        Assert.All(decided.NewFacts, fact => Assert.False(fact.IsEchoOf(PersonProperty.Phone)));
    }

    [Fact]
    public void The_echo_of_a_profile_write_is_no_news_though_somebody_has_changed_it_elsewhere_since()
    {
        var state = Noted(Decide(New(), Given.Profile(new() { Phone = "1" }, 0), Given.Profile(new() { Phone = "0" }, -1, Given.Salesforce)).State, Given.Salesforce, PersonProperty.Phone, "1", minute: 1);

        var decided = Decide(state, Given.Profile(new() { Phone = "2" }, 2), Given.Profile(new() { Phone = "1", Company = "Acme" }, 3, Given.Salesforce));
        var edited = Decide(decided.State, Given.Profile(new() { Phone = "0", Company = "Acme" }, 4, Given.Salesforce));

        Assert.Equal(("2", "Acme", "hubspot"), (decided.Journey.Profile.Phone, decided.Journey.Profile.Company, decided.Journey.ProfileSources[PersonProperty.Phone]));
        Assert.Equal("0", edited.Journey.Profile.Phone);
    }

    [Fact]
    public void A_row_that_states_an_old_value_again_does_not_undo_what_was_changed_elsewhere()
    {
        var journey = Given.Folded(
            Given.Profile(new() { Phone = "old", Company = "Acme" }, 0, Given.Salesforce),
            Given.Profile(new() { Phone = "new" }, 1),
            Given.Profile(new() { Phone = "old", Company = "Acme Ltd" }, 2, Given.Salesforce));

        Assert.Equal(("new", "Acme Ltd"), (journey.Profile.Phone, journey.Profile.Company));
    }

    [Fact]
    public void An_echo_of_an_opt_out_does_not_take_a_later_consent_back()
    {
        var state = Noted(Decide(New(), Given.Consent(ConsentState.OptedOut, 0)).State, Given.Salesforce, PersonProperty.Consent, "OptedOut", minute: 1);

        var decided = Decide(state, Given.Consent(ConsentState.OptedIn, 2), Given.Consent(ConsentState.OptedOut, 3) with { Connector = Given.Salesforce, DedupeKey = "row" });

        Assert.Equal(ConsentState.OptedIn, decided.Journey.EmailConsent);
    }

    [Fact]
    public void The_breaker_opens_with_the_second_replaced_value_and_says_so_once()
    {
        var first = Decide(Noted(Decide(New(), Given.Profile(new() { Phone = "1" }, 0)).State, Given.Salesforce, PersonProperty.Phone, "1", minute: 1), Given.Profile(new() { Phone = "+1" }, 2, Given.Salesforce));
        var second = Decide(Noted(first.State, Given.HubSpot, PersonProperty.Phone, "+1", minute: 3), Given.Profile(new() { Phone = "1" }, 4));
        var third = Decide(second.State, Given.Profile(new() { Phone = "3" }, 5));

        Assert.Null(Open(first.State));
        Assert.NotNull(Open(second.State));
        Assert.Single(second.Events.OfType<ProfileAnnounced>());
        Assert.Equal(Open(second.State), Open(third.State));
    }

    [Fact]
    public void One_write_is_replaced_once_however_often_the_other_value_is_told()
    {
        var state = Noted(Decide(New(), Given.Profile(new() { Phone = "1" }, 0)).State, Given.Salesforce, PersonProperty.Phone, "1", minute: 1);

        state = Decide(state, Given.Profile(new() { Phone = "2" }, 2, Given.Salesforce), Given.Profile(new() { Phone = "3" }, 3, Given.Salesforce), Given.Profile(new() { Phone = "4" }, 4, Given.Salesforce)).State;

        Assert.Null(Open(state));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, true)]
    public void A_row_from_before_the_write_is_no_replacement(int minute, bool flips)
    {
        var known = Decide(New(), Given.Profile(new() { Phone = "1" }, -1), Given.Profile(new() { Phone = "0" }, -2, Given.Salesforce)).State;
        var state = Noted(known, Given.Salesforce, PersonProperty.Phone, "1", minute: 1, before: "0");

        state = Decide(state, Given.Profile(new() { Phone = "0" }, minute, Given.Salesforce)).State;

        Assert.Equal(flips, state.Ledger.Writes.Single().ReplacedAt is not null);
    }

    [Fact]
    public void The_breaker_closes_by_itself_at_the_end_of_the_window_and_counts_anew()
    {
        var opened = Given.Start.AddMinutes(4);
        var state = New() with { Ledger = JourneyLedger.Empty with { Breakers = [new(PersonProperty.Phone, opened)], Writes = [Written(Given.Salesforce, PersonProperty.Phone, "1", 4) with { ReplacedAt = opened }] } };
        var end = opened + Settings.WriteBack.OverwriteWindow;

        Assert.NotNull(EchoRules.OpenBreaker(state.Ledger, PersonProperty.Phone, Settings.WriteBack, end.AddTicks(-1)));
        Assert.Null(EchoRules.OpenBreaker(state.Ledger, PersonProperty.Phone, Settings.WriteBack, end));
        Assert.Null(EchoRules.OpenBreaker(state.Ledger, PersonProperty.Company, Settings.WriteBack, opened));
        var later = EchoRules.Note(state.Ledger, [Written(Given.HubSpot, PersonProperty.Phone, "5", 5)]);
        var flipped = JourneyRules.Decide(state with { Ledger = later }, [Given.Profile(new() { Phone = "6" }, 6)], Settings, end.AddMinutes(1));
        Assert.Null(EchoRules.OpenBreaker(flipped.State.Ledger, PersonProperty.Phone, Settings.WriteBack, end.AddMinutes(1)));
    }

    [Fact]
    public void A_profile_is_announced_when_what_is_kept_in_step_changes_and_only_then()
    {
        var met = Decide(New(), Given.Profile(new() { LastName = "Byron" }, 0));
        var changed = Decide(met.State, Given.Profile(new() { Phone = "1" }, 1));
        var restated = Decide(changed.State, Given.Profile(new() { Phone = "1", LastName = "Lovelace" }, 2));

        Assert.Empty(met.Events.OfType<ProfileAnnounced>());
        Assert.Single(changed.Events.OfType<ProfileAnnounced>());
        Assert.Empty(restated.Events.OfType<ProfileAnnounced>());
        Assert.Empty(JourneyRules.Decide(New(), [Given.Profile(new() { Phone = "1" }, 1)], Given.Settings, Given.Start).Events.OfType<ProfileAnnounced>());
    }

    [Fact]
    public void An_opt_out_is_announced_before_everything_else_and_an_opt_in_only_after_one()
    {
        var agreed = Decide(New(), Given.Consent(ConsentState.OptedIn, 0));
        var withdrew = Decide(agreed.State, Given.Consent(ConsentState.OptedOut, 1), Given.MarketingClaims(FunnelStage.Evaluation, 1));
        var back = Decide(withdrew.State, Given.Consent(ConsentState.OptedIn, 2));
        var again = Decide(back.State, Given.Consent(ConsentState.OptedOut, 3));

        Assert.Empty(agreed.Events.OfType<ConsentAnnounced>());
        Assert.IsType<ConsentAnnounced>(withdrew.Events[0]);
        Assert.Equal(3, new[] { withdrew, back, again }.Select(decision => decision.Events.OfType<ConsentAnnounced>().Single().Id).Distinct().Count());
    }

    [Fact]
    public void A_tool_that_comes_to_know_a_person_later_is_told_of_the_opt_out_and_the_profile()
    {
        var met = Decide(New(), Given.Linked(0, IdentityKey.Person(Given.HubSpot, "1")), Given.Consent(ConsentState.OptedOut, 0), Given.Profile(new() { Phone = "1" }, 0));
        var joined = Decide(met.State, Given.Linked(1, IdentityKey.Person(Given.Salesforce, "00Q")));
        var again = Decide(joined.State, Given.Linked(2, IdentityKey.Person(Given.Salesforce, "00Q")));

        Assert.Equal([typeof(ConsentAnnounced), typeof(ProfileAnnounced)], joined.Events.Select(happened => happened.GetType()));
        Assert.NotEqual(met.Events.OfType<ConsentAnnounced>().Single().Id, joined.Events.OfType<ConsentAnnounced>().Single().Id);
        Assert.Empty(again.Events);
    }

    [Fact]
    public void Old_notes_are_forgotten_and_an_awaited_one_is_noted_once()
    {
        var ledger = EchoRules.Note(JourneyLedger.Empty, [Written(Given.HubSpot, PersonProperty.Phone, "1", 1), Written(Given.HubSpot, PersonProperty.Phone, "1", 2)]);
        var full = EchoRules.Note(ledger, Enumerable.Range(10, 100).Select(minute => Written(Given.HubSpot, PersonProperty.Phone, $"{minute}", minute)));

        Assert.Equal(Given.Start.AddMinutes(2), Assert.Single(ledger.Writes).At);
        Assert.Equal(40, full.Writes.Length);
        Assert.Equal(Given.Start.AddMinutes(109), full.Writes[^1].At);
    }

    [Theory]
    [InlineData("Working", true, false)]
    [InlineData("Working", false, true)]
    [InlineData("Calling", true, true)]
    public void A_record_the_hub_wrote_last_shows_work_only_by_a_status_that_is_news(string status, bool hubWroteLast, bool accepted)
    {
        var first = Decide(New(), Given.MarketingClaims(FunnelStage.Evaluation, 0), Given.CrmClaims(FunnelStage.Interest, 1, "Working"), Given.Accepted(1) with { Raw = "Working", HubWroteLast = false });
        var returned = Decide(first.State, Given.Returned("no budget", 2) with { Raw = null });
        var again = Decide(returned.State, Given.MarketingClaims(FunnelStage.Evaluation, 3));

        var row = Decide(again.State, Given.CrmClaims(FunnelStage.Interest, 4, status), Given.Accepted(4) with { Raw = status, HubWroteLast = hubWroteLast });

        Assert.Equal(accepted, row.State.Ledger.Handoffs[^1].AcceptedAt is not null);
    }

    [Fact]
    public void The_echo_of_a_stage_write_is_no_work_of_marketings()
    {
        var state = Decide(Decide(New(), Given.MarketingClaims(FunnelStage.Evaluation, 0, "salesqualifiedlead")).State, Given.Returned("no budget", 2)).State;
        state = Noted(state, Given.HubSpot, PersonProperty.Stage, "marketingqualifiedlead", minute: 3);

        var echoed = Decide(state, Given.MarketingClaims(FunnelStage.Interest, 4, "marketingqualifiedlead"));

        Assert.Null(echoed.State.Ledger.Handoffs.Last(handoff => handoff.To == Team.Marketing).AcceptedAt);
    }

    private static JourneyState New() => JourneyState.New(Given.Lead);

    [Fact]
    public void The_same_number_in_another_spelling_is_the_echo_and_an_empty_row_from_before_the_write_is_no_flip()
    {
        var state = Noted(Decide(New(), Given.Profile(new() { Phone = "+49301234567" }, 0)).State, Given.Salesforce, PersonProperty.Phone, "+49301234567", minute: 2);

        var early = Decide(state, Given.Profile(new() { Phone = "" }, 1, Given.Salesforce));
        var echoed = Decide(early.State, Given.Profile(new() { Phone = "(030) 1234567", ComparablePhone = "+49301234567" }, 3, Given.Salesforce));

        Assert.All(early.State.Ledger.Writes, write => Assert.Null(write.ReplacedAt));
        Assert.NotNull(Assert.Single(echoed.State.Ledger.Writes).Echo);
    }

    private static JourneyDecision Decide(JourneyState state, params Fact[] facts) => JourneyRules.Decide(state, facts, Settings, facts.Max(fact => fact.OccurredAt).AddSeconds(1));

    private static JourneyState Noted(JourneyState state, string connector, PersonProperty property, string value, int minute, string? before = null) =>
        state with { Ledger = EchoRules.Note(state.Ledger, [Written(connector, property, value, minute) with { Before = before is null ? null : EchoRules.Fingerprint(IdentityKey.Person(connector, "1"), property, before) }]) };

    private static OwnWrite Written(string connector, PersonProperty property, string value, int minute) => new()
    {
        Connector = connector,
        Record = "1",
        Property = property,
        Value = EchoRules.Fingerprint(IdentityKey.Person(connector, "1"), property, value),
        Outcome = WriteOutcome.Written,
        At = Given.Start.AddMinutes(minute),
        Cause = "event",
    };

    private static SyncLoopBreaker? Open(JourneyState state) => EchoRules.OpenBreaker(state.Ledger, PersonProperty.Phone, Settings.WriteBack, Given.Start.AddHours(1));
}
