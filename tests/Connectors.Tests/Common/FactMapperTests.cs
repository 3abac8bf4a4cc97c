using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Tests.Payloads;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Common;

public sealed class FactMapperTests
{
    private static readonly DateTimeOffset Happened = new(2026, 3, 2, 10, 15, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Received = Happened.AddSeconds(7);
    private static readonly IdentityKey Ada = IdentityKey.Person("hubspot", "1201");

    [Fact]
    public void A_fact_says_who_said_it_when_and_where_it_came_from()
    {
        var fact = Assert.Single(Map(Event(SourceEventKind.StageChanged) with { ToStageRaw = "lead", Stage = FunnelStage.Interest }));

        Assert.Equal(
            new StageClaimed { Stage = FunnelStage.Interest, Raw = "lead", DedupeKey = "event#stage", Connector = "hubspot", Side = ToolSide.Marketing, OccurredAt = Happened, ReceivedAt = Received, MessageId = "message", About = Ada },
            fact);
    }

    [Fact]
    public void Without_a_time_of_the_vendors_the_receive_time_counts() =>
        Assert.Equal(Received, Assert.Single(Map(Event(SourceEventKind.ContactDeleted) with { OccurredAt = null })).OccurredAt);

    [Theory]
    [InlineData(SourceEventKind.Ignored)]
    [InlineData(SourceEventKind.ResyncRequired)]
    public void What_is_no_statement_about_a_lead_gives_no_fact(SourceEventKind kind) => Assert.Empty(Map(Event(kind) with { ShowsWork = true, SubjectEmail = "ada@example.com" }));

    [Fact]
    public void A_stage_that_nobody_can_map_is_held()
    {
        var held = Map(Event(SourceEventKind.StageChanged) with { ToStageRaw = "94412345", Unmapped = true }).OfType<StageClaimed>().Single();

        Assert.Equal((null, "94412345"), (held.Stage, held.Raw));
    }

    [Theory]
    [InlineData(SourceEventKind.DealCreated, DealStatus.Open, DealStatus.Open)]
    [InlineData(SourceEventKind.DealStageChanged, DealStatus.Open, DealStatus.Open)]
    [InlineData(SourceEventKind.DealWon, null, DealStatus.Won)]
    [InlineData(SourceEventKind.DealLost, null, DealStatus.Lost)]
    [InlineData(SourceEventKind.DealDeleted, null, DealStatus.Deleted)]
    [InlineData(SourceEventKind.DealUpdated, null, null)]
    [InlineData(SourceEventKind.AssociationChanged, null, null)]
    [InlineData(SourceEventKind.AssociationChanged, DealStatus.Deleted, DealStatus.Deleted)]
    public void A_deals_event_changes_the_deal(SourceEventKind kind, DealStatus? said, DealStatus? status)
    {
        var deal = Map(Event(kind) with { DealId = "5501", DealStatus = said, Amount = 12.5m, Currency = "EUR", ToStageRaw = "raw", Stage = FunnelStage.Commitment }).OfType<DealChanged>().Single();

        Assert.Equal(("5501", status, 12.5m, "EUR", "raw"), (deal.DealId, deal.Status, deal.Amount, deal.Currency, deal.Raw));
        Assert.Equal(kind == SourceEventKind.DealLost ? null : FunnelStage.Commitment, deal.Stage);
    }

    [Fact]
    public void A_deals_facts_go_to_all_its_people_so_they_make_nobody_another()
    {
        var facts = Map(Event(SourceEventKind.DealWon) with { DealId = "5501", SubjectEmail = "ada@example.com", Profile = new() { Email = "ada@example.com" } });

        Assert.Single(facts);
        Assert.IsType<DealChanged>(facts[0]);
    }

    [Fact]
    public void That_a_person_has_some_keys_is_one_fact_however_often_and_in_whatever_order_it_is_found()
    {
        var other = IdentityKey.Person("crm", "1300");

        var once = FactMapper.ToIdentities([Ada, other], Event(SourceEventKind.ContactCreated), "hubspot", Received, "message");
        var again = FactMapper.ToIdentities([other, Ada], Event(SourceEventKind.ContactMerged) with { DedupeKey = "another" }, "hubspot", Received.AddDays(1), "other");

        Assert.Equal(once.DedupeKey, again.DedupeKey);
        Assert.NotEqual(once.DedupeKey, FactMapper.ToIdentities([Ada], Event(SourceEventKind.ContactCreated), "hubspot", Received, "message").DedupeKey);
    }

    [Theory]
    [InlineData(SourceEventKind.ConsentSubscribed, ConsentState.OptedIn)]
    [InlineData(SourceEventKind.ConsentUnsubscribed, ConsentState.OptedOut)]
    [InlineData(SourceEventKind.ConsentBounced, ConsentState.OptedOut)]
    [InlineData(SourceEventKind.ConsentComplained, ConsentState.OptedOut)]
    public void Consent_is_in_or_out(SourceEventKind kind, ConsentState state) => Assert.Equal(state, Map(Event(kind)).OfType<ConsentChanged>().Single().Email);

    [Fact]
    public void An_activity_is_a_touch_where_it_says_how_and_else_is_logged_and_its_stage_is_no_claim()
    {
        var touch = Map(Event(SourceEventKind.Activity) with { Touch = TouchKind.Form, Campaign = "Spring", Detail = "Price list", Stage = FunnelStage.Interest });
        var logged = Map(Event(SourceEventKind.Activity) with { Detail = "Call" });

        Assert.Equal(("Spring", "Price list"), (touch.OfType<CampaignTouched>().Single().Campaign, touch.OfType<CampaignTouched>().Single().Detail));
        Assert.Equal("Call", logged.OfType<ActivityLogged>().Single().Summary);
        Assert.Empty(touch.OfType<StageClaimed>());
    }

    [Fact]
    public void Work_accepts_and_a_reason_returns_and_a_return_is_no_acceptance()
    {
        Assert.Equal("42", Map(Event(SourceEventKind.ContactUpdated) with { ShowsWork = true, Owner = "42" }).OfType<HandoffAccepted>().Single().By);
        var returned = Map(Event(SourceEventKind.StageChanged) with { ShowsWork = true, ReturnedReason = "no budget", ToStageRaw = "Closed - Not Converted" });
        Assert.Equal("no budget", returned.OfType<HandoffReturned>().Single().Reason);
        Assert.Empty(returned.OfType<HandoffAccepted>());
        Assert.Empty(returned.OfType<StageClaimed>());
    }

    [Fact]
    public void A_deleted_record_is_gone_and_a_person_who_asked_is_forgotten()
    {
        Assert.Equal(Ada, Assert.IsType<RecordDeleted>(Assert.Single(Map(Event(SourceEventKind.ContactDeleted)))).Record);
        Assert.IsType<PersonErased>(Assert.Single(Map(Event(SourceEventKind.ContactPrivacyDeleted) with { SubjectEmail = "ada@example.com" })));
    }

    [Fact]
    public void Merged_records_are_gone_and_a_restored_one_is_there_again()
    {
        var other = IdentityKey.Person("hubspot", "1202");

        Assert.Equal(other, Map(Event(SourceEventKind.ContactMerged) with { Merged = [other] }).OfType<RecordDeleted>().Single().Record);
        Assert.Equal(Ada, Map(Event(SourceEventKind.ContactCreated) with { Restored = true }).OfType<RecordRestored>().Single().Record);
    }

    [Fact]
    public void An_empty_profile_is_no_news()
    {
        Assert.Empty(Map(Event(SourceEventKind.ContactUpdated) with { Profile = new() }).OfType<ProfileChanged>());
        Assert.Single(Map(Event(SourceEventKind.ContactUpdated) with { Profile = new() { Phone = "" } }).OfType<ProfileChanged>());
    }

    [Fact]
    public async Task Facts_of_the_whole_corpus_have_keys_of_their_own()
    {
        var keys = new List<string>();
        foreach (var file in Corpus.CasesOf("hubspot", "salesforce").Where(file => !file.Contains("bad-", StringComparison.Ordinal)))
        {
            var recorded = await Recorded.RecordedCase.LoadAsync(Path.Combine(Corpus.Folder, file), TestContext.Current.CancellationToken);
            var reader = Corpus.Connectors.Find<IDeliveryReader>(file.Split('/')[0])!;
            var delivery = new Delivery
            {
                Connector = reader.Name, Headers = recorded.Headers, Body = recorded.Body, ReceivedAt = Received,
                Channel = recorded.IsPoll ? Delivery.PollChannel : file.Contains("cdc", StringComparison.Ordinal) ? "cdc" : "",
            };
            keys.AddRange(reader.Read(delivery).SelectMany(source => FactMapper.ToFacts(source, reader.Name, Received, null)).Select(fact => fact.DedupeKey));
        }

        Assert.NotEmpty(keys);
        Assert.Distinct(keys);
    }

    private static IReadOnlyList<Fact> Map(SourceEvent source) => FactMapper.ToFacts(source, "hubspot", Received, "message");

    private static SourceEvent Event(SourceEventKind kind) => new()
    {
        Kind = kind, DedupeKey = "event", Side = ToolSide.Marketing, OccurredAt = Happened, People = ImmutableArray.Create(Ada),
    };
}
