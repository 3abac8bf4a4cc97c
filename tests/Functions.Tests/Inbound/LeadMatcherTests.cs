using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Matching;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Inbound;

public sealed class LeadMatcherTests(Azurite azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_tools_that_tell_of_one_new_person_at_once_tell_of_one_lead()
    {
        await using var hub = await NewHubAsync();
        for (var person = 0; person < 20; person++)
        {
            // Each with a memory of its own, as two instances have.
            var matches = await Task.WhenAll(
                MatchAloneAsync(hub, Person("hubspot", $"once{person}"), From("hubspot")),
                MatchAloneAsync(hub, Person("salesforce", $"once{person}"), From("salesforce")));

            Assert.Single(matches.SelectMany(match => match.Leads).Select(lead => lead.LeadId).Distinct());
            Assert.All(matches, match => Assert.Equal(2, Assert.Single(match.Leads).Keys.Count));
        }
    }

    [Fact]
    public async Task A_record_that_meets_another_of_its_kind_at_an_address_before_that_one_is_stored_is_a_question()
    {
        await using var hub = await NewHubAsync();
        var first = await MatchAloneAsync(hub, Person("hubspot", "rival"), From("hubspot"));
        var again = await MatchAloneAsync(hub, Person("hubspot", "rival"), From("hubspot"));
        var other = Person("hubspot", "other rival") with { SubjectEmail = Person("hubspot", "rival").SubjectEmail };
        var second = await MatchAloneAsync(hub, other, From("hubspot"));

        var lead = Assert.Single(first.Leads);
        Assert.Equal(lead.LeadId, Assert.Single(again.Leads).LeadId);
        Assert.Equal((ReviewReason.RivalRecords, lead.LeadId), (second.Question?.Reason, Assert.Single(second.Question!.Leads)));
        await hub.Journeys.ApplyAsync(lead.LeadId, [Claim(FunnelStage.Interest, Monday)], lead.Opening, Token);
        Assert.Equal(lead.Opening!.Links, await hub.Get<RecordLinkStore>().TakenAsync(lead.LeadId, Token));
    }

    [Fact]
    public async Task Facts_of_a_deal_that_are_kept_while_its_people_join_reach_them()
    {
        await using var hub = await NewHubAsync();
        var (matcher, lookups) = NewMatcher(hub);
        var deal = IdentityKey.Deal("hubspot", "joined");
        var moved = new DealChangedEvent(Header("moved", [])) { DealId = "joined", Meaning = DealStageMeaning.Open(FunnelStage.Evaluation), ToStageRaw = "qualifiedtobuy" };
        var alone = await matcher.MatchAsync(moved, From("hubspot"), "message", lookups, false, Token);
        var joined = await matcher.MatchAsync(new AssociationAddedEvent(Header("linked", [IdentityKey.Person("hubspot", "joiner")])) { DealId = "joined" }, From("hubspot"), "message", lookups, false, Token);

        var since = await matcher.WaitAsync(deal, FactMapper.ToFacts(moved, "hubspot", Monday, null), Token);

        Assert.Empty(alone.Leads);
        Assert.Empty(joined.Earlier);
        Assert.Equal(joined.Leads.Select(lead => lead.LeadId), since);
    }

    [Fact]
    public async Task An_activity_of_a_person_nobody_has_told_of_makes_no_lead_and_one_of_a_known_person_is_theirs()
    {
        await using var hub = await NewHubAsync();
        var (matcher, lookups) = NewMatcher(hub);
        var activity = new ActivityEvent(Person("salesforce", "busy")) { DedupeKey = "activity", SubjectEmail = null, OnlyIfKnown = true };

        var before = await matcher.MatchAsync(activity, From("salesforce"), "message", lookups, false, Token);
        var known = await matcher.MatchAsync(Person("salesforce", "busy"), From("salesforce"), "message", lookups, false, Token);
        var after = await matcher.MatchAsync(activity, From("salesforce"), "message", lookups, false, Token);

        Assert.Empty(before.Leads);
        Assert.Equal(Assert.Single(known.Leads).LeadId, Assert.Single(after.Leads).LeadId);
    }

    [Fact]
    public async Task An_activity_that_comes_in_one_delivery_with_its_person_is_theirs_wherever_it_stands()
    {
        var crm = new FakeReader("salesforce");
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [crm]);
        var person = Person("salesforce", "together");
        var activity = new ActivityEvent(person) { DedupeKey = "activity together", SubjectEmail = null, OnlyIfKnown = true };

        await hub.Get<ProcessFlow>().HandleAsync(crm.Delivers(Monday, activity, person), "message", again: false, Token);

        var lead = await hub.Get<IdentityStore>().FindAsync(person.People[0], Token);
        Assert.Single((await hub.StateAsync(lead!)).Facts.Values.OfType<ActivityLogged>());
    }

    [Fact]
    public async Task An_activity_that_is_polled_before_its_person_is_known_waits_for_them_and_not_for_ever()
    {
        var crm = new FakePolledReader("salesforce");
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [crm]);
        var (person, other) = (Person("salesforce", "waited"), Person("salesforce", "never"));
        foreach (var whose in new[] { person, other })
        {
            var activity = new ActivityEvent(whose) { DedupeKey = $"activity {whose.DedupeKey}", SubjectEmail = null, OnlyIfKnown = true };
            await hub.Get<ProcessFlow>().HandleAsync(crm.Delivers(Monday, activity), "message", again: false, Token);
        }

        await hub.Get<ProcessFlow>().HandleAsync(crm.Delivers(Monday, person), "message", again: false, Token);
        var lead = await hub.Get<IdentityStore>().FindAsync(person.People[0], Token);
        await hub.Get<ParkedStore>().RemoveOldAsync(DateTimeOffset.UtcNow.AddHours(1), Token);
        await hub.Get<ProcessFlow>().HandleAsync(crm.Delivers(Monday, other), "message", again: false, Token);
        var late = await hub.Get<IdentityStore>().FindAsync(other.People[0], Token);

        Assert.Single((await hub.StateAsync(lead!)).Facts.Values.OfType<ActivityLogged>());
        Assert.Empty((await hub.StateAsync(late!)).Facts.Values.OfType<ActivityLogged>());
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);

    private static Task<LeadMatch> MatchAloneAsync(TestHub hub, LeadEvent source, Delivery delivery)
    {
        var (matcher, lookups) = NewMatcher(hub);
        return matcher.MatchAsync(source, delivery, "message", lookups, false, Token);
    }

    /// <summary>One that remembers nothing, with the lookups of one delivery.</summary>
    private static (LeadMatcher Matcher, KeyLookups Lookups) NewMatcher(TestHub hub)
    {
        var reader = new JourneyReader(hub.Get<JourneyStore>(), new(0));
        var identities = hub.ForgetfulIdentities();
        var persons = new PersonMatcher(
            identities, hub.Get<RecordLinkStore>(), hub.Journeys, reader, hub.Get<JourneyMerger>(), hub.Get<ReviewStore>(), hub.Get<ConnectorSet>(), hub.Get<FunnelSettings>());
        var matcher = new LeadMatcher(persons, identities, hub.Get<ParkedStore>(), hub.Journeys, hub.Get<ConnectorSet>(), hub.Get<SharedAddresses>(), hub.Get<TimeProvider>());
        return (matcher, new(identities));
    }

    private static Delivery From(string connector) => new() { Connector = connector, Channel = "", Headers = new Dictionary<string, string>(), Body = default, ReceivedAt = Monday };

    private static ContactCreatedEvent Person(string connector, string name) => new(new EventHeader($"{connector}|{name}", ToolSide.Marketing, null))
    {
        People = [IdentityKey.Person(connector, $"{nameof(LeadMatcherTests)}|{name}")],
        SubjectEmail = $"{name}@matcher.example.com",
    };

    private static EventHeader Header(string key, IdentityKey[] people) => new(key, ToolSide.Crm, null) { People = [.. people] };
}
