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
        var fact = Assert.Single(Map(new StageChangedEvent(Header) { ToStageRaw = "lead", Stage = FunnelStage.Interest }));

        Assert.Equal(
            new StageClaimed { Stage = FunnelStage.Interest, Raw = "lead", DedupeKey = "event#stage", Connector = "hubspot", Side = ToolSide.Marketing, OccurredAt = Happened, ReceivedAt = Received, MessageId = "message", About = Ada },
            fact);
    }

    [Fact]
    public void Without_a_time_of_the_vendors_the_receive_time_counts() =>
        Assert.Equal(Received, Assert.Single(Map(new ContactDeletedEvent(Header) { OccurredAt = null })).OccurredAt);

    [Fact]
    public void What_is_no_statement_about_a_lead_gives_no_fact()
    {
        var header = Header with { SubjectEmail = "ada@example.com" };
        SourceEvent[] events =
        [
            new IgnoredEvent(header), new UnreadEvent(header) { VendorKind = "company.creation" }, new UnreadableEvent(header) { Why = "no JSON" },
            new ResyncEvent(header) { DealId = "5501", Restored = true }, new RelationChangedEvent(header) { RelationId = "1" },
        ];

        Assert.All(events, source => Assert.Empty(Map(source)));
    }

    /// <summary>The way from a tool's event to facts: every kind has one.</summary>
    [Fact]
    public void Every_kind_of_event_is_known()
    {
        var kinds = typeof(SourceEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(SourceEvent)) && !type.IsAbstract).ToList();

        Assert.True(kinds.Count > 10);
        Assert.All(kinds, kind =>
        {
            Assert.True(kind.IsSealed);
            var source = (SourceEvent)Activator.CreateInstance(kind, Header)!;
            Assert.Null(Record.Exception(() => Map(source is ContactMergedEvent merge ? merge with { Merged = [] } : source)));
            Assert.True(Enum.IsDefined(source.Kind));
        });
    }

    [Fact]
    public void A_stage_that_nobody_can_map_is_held()
    {
        var held = Map(new StageChangedEvent(Header) { ToStageRaw = "94412345" }).OfType<StageClaimed>().Single();

        Assert.Equal((null, "94412345"), (held.Stage, held.Raw));
    }

    public static TheoryData<DealEvent, DealStatus?> Deals => new()
    {
        { new DealChangedEvent(Header) { DealId = "5501", IsNew = true, Meaning = new(DealStatus.Open, FunnelStage.Commitment), Amount = 12.5m, Currency = "EUR", ToStageRaw = "raw" }, DealStatus.Open },
        { new DealChangedEvent(Header) { DealId = "5501", Meaning = new(DealStatus.Open, FunnelStage.Commitment), Amount = 12.5m, Currency = "EUR", ToStageRaw = "raw" }, DealStatus.Open },
        { new DealChangedEvent(Header) { DealId = "5501", Meaning = new(DealStatus.Won, FunnelStage.Commitment), Amount = 12.5m, Currency = "EUR", ToStageRaw = "raw" }, DealStatus.Won },
        { new DealChangedEvent(Header) { DealId = "5501", Meaning = new(DealStatus.Lost, FunnelStage.Commitment), Amount = 12.5m, Currency = "EUR", ToStageRaw = "raw" }, DealStatus.Lost },
        { new DealChangedEvent(Header) { DealId = "5501", Amount = 12.5m, Currency = "EUR" }, null },
        { new DealChangedEvent(Header) { DealId = "5501", Amount = 12.5m, Currency = "EUR", ToStageRaw = "raw" }, DealStatus.Open },
        { new AssociationAddedEvent(Header) { DealId = "5501", Amount = 12.5m, Currency = "EUR" }, null },
        { new AssociationAddedEvent(Header) { DealId = "5501", Meaning = new(DealStatus.Won, FunnelStage.Commitment), Amount = 12.5m, Currency = "EUR", ToStageRaw = "raw" }, DealStatus.Won },
    };

    [Theory]
    [MemberData(nameof(Deals), DisableDiscoveryEnumeration = true)]
    public void A_deals_event_changes_the_deal(DealEvent source, DealStatus? status)
    {
        var said = Assert.IsAssignableFrom<DealStateEvent>(source);

        var deal = Map(source).OfType<DealChanged>().Single();

        Assert.Equal(("5501", status, 12.5m, "EUR", said.ToStageRaw), (deal.DealId, deal.Status, deal.Amount, deal.Currency, deal.Raw));
        Assert.Equal(status == DealStatus.Lost ? null : said.Stage, deal.Stage);
    }

    [Fact]
    public void A_deal_that_is_gone_or_that_a_person_left_is_deleted_for_its_people()
    {
        DealEvent[] events = [new DealDeletedEvent(Header) { DealId = "5501" }, new AssociationRemovedEvent(Header) { DealId = "5501" }];

        Assert.All(events, source => Assert.Equal(("5501", DealStatus.Deleted), Map(source).OfType<DealChanged>().Select(deal => (deal.DealId, deal.Status)).Single()));
    }

    [Fact]
    public void A_deals_word_outside_follows_from_what_it_says()
    {
        var deal = new DealChangedEvent(Header) { DealId = "5501" };

        Assert.Equal(SourceEventKind.DealUpdated, deal.Kind);
        Assert.Equal(SourceEventKind.DealStageChanged, (deal with { ToStageRaw = "raw" }).Kind);
        Assert.Equal(SourceEventKind.DealCreated, (deal with { ToStageRaw = "raw", IsNew = true }).Kind);
        Assert.Equal(SourceEventKind.DealWon, (deal with { IsNew = true, Meaning = DealStageMeaning.Won }).Kind);
        Assert.Equal(SourceEventKind.DealLost, (deal with { IsNew = true, Meaning = DealStageMeaning.Lost }).Kind);
    }

    [Fact]
    public void A_deals_facts_go_to_all_its_people_so_they_make_nobody_another()
    {
        var facts = Map(new DealChangedEvent(Header) { DealId = "5501", Meaning = DealStageMeaning.Won, SubjectEmail = "ada@example.com" });

        Assert.Null(Assert.IsType<DealChanged>(Assert.Single(facts)).About);
    }

    [Fact]
    public void That_a_person_has_some_keys_is_one_fact_however_often_and_in_whatever_order_it_is_found()
    {
        var other = IdentityKey.Person("crm", "1300");

        var once = FactMapper.ToIdentities([Ada, other], new ContactCreatedEvent(Header), "hubspot", Received, "message");
        var again = FactMapper.ToIdentities([other, Ada], new ContactMergedEvent(Header) { Merged = [other], DedupeKey = "another" }, "hubspot", Received.AddDays(1), "other");

        Assert.Equal(once.DedupeKey, again.DedupeKey);
        Assert.NotEqual(once.DedupeKey, FactMapper.ToIdentities([Ada], new ContactCreatedEvent(Header), "hubspot", Received, "message").DedupeKey);
    }

    [Theory]
    [InlineData(MailConsent.Subscribed, SourceEventKind.ConsentSubscribed, ConsentState.OptedIn)]
    [InlineData(MailConsent.Unsubscribed, SourceEventKind.ConsentUnsubscribed, ConsentState.OptedOut)]
    [InlineData(MailConsent.Bounced, SourceEventKind.ConsentBounced, ConsentState.OptedOut)]
    [InlineData(MailConsent.Complained, SourceEventKind.ConsentComplained, ConsentState.OptedOut)]
    public void Consent_is_in_or_out(MailConsent consent, SourceEventKind kind, ConsentState state)
    {
        var source = new ConsentChangedEvent(Header) { Consent = consent };

        Assert.Equal((kind, state), (source.Kind, Map(source).OfType<ConsentChanged>().Single().Email));
    }

    [Fact]
    public void An_activity_is_a_touch_where_it_says_how_and_else_is_logged_and_its_stage_is_no_claim()
    {
        var touch = Map(new ActivityEvent(Header) { Touch = TouchKind.Form, Campaign = "Spring", Detail = "Price list", Stage = FunnelStage.Interest });
        var logged = Map(new ActivityEvent(Header) { Detail = "Call" });

        Assert.Equal(("Spring", "Price list"), (touch.OfType<CampaignTouched>().Single().Campaign, touch.OfType<CampaignTouched>().Single().Detail));
        Assert.Equal("Call", logged.OfType<ActivityLogged>().Single().Summary);
        Assert.Empty(touch.OfType<StageClaimed>());
    }

    [Fact]
    public void Work_accepts_and_a_reason_returns_and_a_return_is_no_acceptance()
    {
        Assert.Equal("42", Map(new ContactUpdatedEvent(Header) { ShowsWork = true, Owner = "42" }).OfType<HandoffAccepted>().Single().By);
        var returned = Map(new HandoffReturnedEvent(Header) { Reason = "no budget", ToStageRaw = "Closed - Not Converted" });
        Assert.Equal("no budget", returned.OfType<HandoffReturned>().Single().Reason);
        Assert.Empty(returned.OfType<HandoffAccepted>());
        Assert.Empty(returned.OfType<StageClaimed>());
    }

    [Theory]
    [InlineData(null, false, true)]
    [InlineData(null, true, false)]
    [InlineData("", false, false)]
    public void A_return_without_a_reason_is_held_unless_the_hub_wrote_it(string? reason, bool hubWroteLast, bool held)
    {
        var returned = new HandoffReturnedEvent(Header) { Reason = reason, HubWroteLast = hubWroteLast, ToStageRaw = "Closed - Not Converted" };

        Assert.Equal(held, returned.IsHeld);
        Assert.Equal(held, Map(returned).OfType<ReturnHeld>().Any());
        Assert.Empty(Map(returned).OfType<HandoffReturned>());
    }

    [Fact]
    public void A_deleted_record_is_gone_and_a_person_who_asked_is_forgotten()
    {
        Assert.Equal(Ada, Assert.IsType<RecordDeleted>(Assert.Single(Map(new ContactDeletedEvent(Header)))).Record);
        Assert.IsType<PersonErased>(Assert.Single(Map(new PrivacyDeletedEvent(Header) { SubjectEmail = "ada@example.com" })));
    }

    [Fact]
    public void Merged_records_are_gone_and_a_restored_one_is_there_again()
    {
        var other = IdentityKey.Person("hubspot", "1202");

        Assert.Equal(other, Map(new ContactMergedEvent(Header) { Merged = [other] }).OfType<RecordDeleted>().Single().Record);
        Assert.Equal(Ada, Map(new ContactCreatedEvent(Header) { Restored = true }).OfType<RecordRestored>().Single().Record);
    }

    [Fact]
    public void An_empty_profile_is_no_news()
    {
        Assert.Empty(Map(new ContactUpdatedEvent(Header) { Profile = new() }).OfType<ProfileChanged>());
        Assert.Single(Map(new ContactUpdatedEvent(Header) { Profile = new() { Phone = "" } }).OfType<ProfileChanged>());
    }

    [Fact]
    public async Task Facts_of_the_whole_corpus_have_keys_of_their_own()
    {
        var keys = new List<string>();
        foreach (var file in Corpus.Cases)
        {
            var path = Path.Combine(Corpus.Folder, file);
            if ((await Corpus.Reader.ReadAsync(path, TestContext.Current.CancellationToken)).Events.Count == 0)
            {
                continue;
            }

            var recorded = await Recorded.RecordedCase.LoadAsync(path, TestContext.Current.CancellationToken);
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

    private static EventHeader Header => new("event", ToolSide.Marketing, Happened) { People = [Ada] };
}
