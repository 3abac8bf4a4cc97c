using System.Collections.Immutable;

namespace IntegrationHub.Funnel.Tests;

public sealed class MergeRulesTests
{
    private static readonly LeadId One = LeadId.Parse("000000000000000000000001");
    private static readonly LeadId Two = LeadId.Parse("000000000000000000000002");
    private static readonly DateTimeOffset Now = Given.Start.AddDays(1);

    [Fact]
    public void The_smaller_id_stays_whoever_is_named_first()
    {
        Assert.Equal((One, Two), MergeRules.Order(One, Two));
        Assert.Equal((One, Two), MergeRules.Order(Two, One));
        Assert.Equal((One, One), MergeRules.Order(One, One));
    }

    [Theory]
    [InlineData(HandoffDelivery.Delivered, HandoffDelivery.Superseded)]
    [InlineData(HandoffDelivery.Failed, HandoffDelivery.Pending)]
    public void A_handoff_on_its_way_is_overtaken_only_by_one_that_has_arrived(HandoffDelivery theirs, HandoffDelivery becomes)
    {
        var mine = Sales(One, Handoff("mine", 1, HandoffDelivery.Pending));
        var other = Sales(Two, Handoff("theirs", 0, theirs));

        var united = MergeRules.Unite(mine, other, Given.Settings, Now);

        Assert.Equal(becomes, united.Handoffs.Single(handoff => handoff.Id == "mine").Delivery);
        Assert.Equal(theirs == HandoffDelivery.Delivered ? "theirs" : "mine", united.Handoffs[^1].Id);
    }

    [Fact]
    public void What_either_had_announced_to_the_owner_counts_as_announced()
    {
        var (handed, fresh) = (Sales(Two, Handoff("theirs", 0, HandoffDelivery.Delivered)), new JourneyState(One, ImmutableDictionary<string, Fact>.Empty, JourneyLedger.Empty));

        Assert.Equal(Team.Sales, MergeRules.Unite(fresh, handed, Given.Settings, Now).AnnouncedOwner);
        Assert.Equal(Team.Sales, MergeRules.Unite(handed, fresh, Given.Settings, Now).AnnouncedOwner);
        Assert.Null(MergeRules.Unite(fresh, fresh, Given.Settings, Now).AnnouncedOwner);
    }

    [Fact]
    public void Uniting_again_changes_nothing()
    {
        var (mine, theirs) = (Sales(One, Handoff("mine", 1, HandoffDelivery.Pending)), Sales(Two, Handoff("theirs", 0, HandoffDelivery.Delivered)));
        var once = mine with { Ledger = MergeRules.Unite(mine, theirs, Given.Settings, Now) };

        var again = MergeRules.Unite(once, theirs, Given.Settings, Now.AddHours(1));

        Assert.Equal(once.Ledger.Handoffs.AsEnumerable(), again.Handoffs);
        Assert.Equal(once.Ledger.AnnouncedOwner, again.AnnouncedOwner);
    }

    [Fact]
    public void What_the_hub_wrote_to_the_merged_leads_record_is_still_its_own_write_when_it_comes_back()
    {
        var merged = Sales(Two, Handoff("theirs", 0, HandoffDelivery.Delivered)) with { Ledger = new() { Writes = [Wrote(PersonProperty.Stage, "customer", 5)] } };
        var state = MergeRules.TakeOver(JourneyState.New(One), merged, merged.Facts.Values, Given.Settings, Now).State;

        var echoed = JourneyRules.Decide(state, [Given.MarketingClaims(FunnelStage.Commitment, 6, "customer")], Given.Settings, Given.Start.AddMinutes(7));

        Assert.True(Assert.Single(echoed.NewFacts).IsEchoOf(PersonProperty.Stage));
    }

    [Fact]
    public void What_the_merged_lead_was_told_before_the_hub_wrote_is_no_flip()
    {
        var said = Given.Profile(new() { Phone = "1" }, 0);
        var merged = new JourneyState(Two, ImmutableDictionary<string, Fact>.Empty.Add(said.DedupeKey, said), new() { Writes = [Wrote(PersonProperty.Phone, "2", 5)] });

        var state = MergeRules.TakeOver(JourneyState.New(One), merged, merged.Facts.Values, Given.Settings, Now).State;

        Assert.Equal(merged.Ledger.Writes.AsEnumerable(), state.Ledger.Writes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_opt_out_that_either_had_announced_is_taken_back_when_the_person_has_agreed_since(bool mine)
    {
        var optedOut = new JourneyState(Two, ImmutableDictionary<string, Fact>.Empty, new() { Consent = new(ConsentState.OptedOut, "records", 3) });
        var agreed = new JourneyState(One, ImmutableDictionary<string, Fact>.Empty, JourneyLedger.Empty);
        Fact[] facts = [Given.Consent(ConsentState.OptedOut, 0), Given.Consent(ConsentState.OptedIn, 1) with { DedupeKey = "agreed" }];

        var decision = mine ? MergeRules.TakeOver(optedOut, agreed, facts, Given.Settings, Now) : MergeRules.TakeOver(agreed, optedOut, facts, Given.Settings, Now);

        Assert.Single(decision.Events.OfType<ConsentAnnounced>());
        Assert.Equal((ConsentState.OptedIn, 4), (decision.State.Ledger.Consent!.Email, decision.State.Ledger.Consent.Times));
    }

    [Fact]
    public void What_is_told_of_a_record_after_its_deletion_does_not_count_in_whatever_order_it_comes()
    {
        var record = IdentityKey.Person(Given.HubSpot, "1201");
        Fact[] facts =
        [
            Given.Linked(0, record),
            Given.MarketingClaims(FunnelStage.Interest, 1) with { About = record },
            Given.Deleted(record, 2),
            Given.MarketingClaims(FunnelStage.Evaluation, 3) with { About = record },
        ];
        var journey = JourneyFold.Fold(Given.Lead, facts, Given.Settings);

        Assert.Equal((FunnelStage.Interest, true), (journey.Stage, journey.Gone));
        Assert.Equal([record], journey.GoneRecords);
        foreach (var order in new int[][] { [0, 1, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1], [3, 0, 2, 1] })
        {
            var state = JourneyState.New(Given.Lead);
            foreach (var i in order)
            {
                state = JourneyRules.Decide(state, [facts[i]], Given.Settings, Now).State;
            }

            Assert.Equal(journey.Hash, JourneyFold.Fold(Given.Lead, state.Facts.Values, Given.Settings).Hash);
        }
    }

    [Fact]
    public void A_record_that_the_tool_shows_again_is_there_again()
    {
        var record = IdentityKey.Person(Given.HubSpot, "1201");
        Fact[] deleted = [Given.Linked(0, record), Given.Deleted(record, 2)];

        Assert.True(JourneyFold.Fold(Given.Lead, deleted, Given.Settings).Gone);
        Assert.False(JourneyFold.Fold(Given.Lead, [.. deleted, Given.MarketingClaims(FunnelStage.Evaluation, 3) with { About = record, ShowsRecord = true }], Given.Settings).Gone);
        Assert.True(JourneyFold.Fold(Given.Lead, [.. deleted, Given.MarketingClaims(FunnelStage.Evaluation, 1) with { About = record, ShowsRecord = true }], Given.Settings).Gone);
    }

    private static OwnWrite Wrote(PersonProperty property, string value, int minute) => new()
    {
        Connector = Given.HubSpot, Record = "1202", Property = property, Value = EchoRules.Fingerprint(IdentityKey.Person(Given.HubSpot, "1202"), property, value),
        Outcome = WriteOutcome.Written, At = Given.Start.AddMinutes(minute), Cause = "event",
    };

    private static JourneyState Sales(LeadId lead, Handoff handoff)
    {
        var claim = Given.MarketingClaims(FunnelStage.Evaluation, 0);
        return new(lead, ImmutableDictionary<string, Fact>.Empty.Add(claim.DedupeKey, claim), new() { AnnouncedOwner = Team.Sales, Handoffs = [handoff] });
    }

    private static Handoff Handoff(string id, int minute, HandoffDelivery delivery) => new()
    {
        Id = id, To = Team.Sales, Stage = FunnelStage.Evaluation, EnteredAt = Given.Start, AnnouncedAt = Given.Start.AddMinutes(minute), Reason = "", Delivery = delivery,
    };
}
