using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;
using IntegrationHub.Sandbox;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Sandbox.Salesforce;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests;

/// <summary>The connectors with vendors that keep state, over real HTTP.</summary>
public sealed class SandboxTests : IAsyncLifetime
{
    private static readonly LeadId Lead = LeadId.Parse("0123456789abcdef01234567");
    private SandboxHost _sandbox = null!;
    private ServiceProvider _provider = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SalesforceState Org => _sandbox.Salesforce;

    private ConnectorSet Connectors => _provider.GetRequiredService<ConnectorSet>();

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new() { Urls = "http://127.0.0.1:0" }, Stop);
        _provider = new ServiceCollection().AddLogging().AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Connectors:hubspot:Type"] = "HubSpot",
            ["Connectors:hubspot:BaseUrl"] = $"{_sandbox.Url}/hubspot",
            ["Connectors:hubspot:ClientSecret"] = "sandbox-hubspot-client-secret",
            ["Connectors:hubspot:PortalId"] = "62515",
            ["Connectors:hubspot:ClientId"] = "sandbox-hubspot-client",
            ["Connectors:hubspot:RefreshToken"] = "sandbox-hubspot-refresh-token",
            ["Connectors:salesforce:Type"] = "Salesforce",
            ["Connectors:salesforce:BaseUrl"] = $"{_sandbox.Url}/salesforce",
            ["Connectors:salesforce:ClientId"] = "sandbox-salesforce-client",
            ["Connectors:salesforce:OrganizationId"] = "00D5g000001AbCdEAK",
            ["Connectors:salesforce:ClientSecret"] = "sandbox-salesforce-client-secret",
        }).Build()).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task A_HubSpot_deal_is_enriched_with_its_contacts_and_each_contact_with_its_address()
    {
        var contact = _sandbox.HubSpot.CreateContact("Ada@Example.com", ("firstname", "Ada"));
        var deal = _sandbox.HubSpot.CreateDeal("Rollout", "qualifiedtobuy", 1200.50m, "EUR", contact);
        var hubSpot = Connectors.Find<IEventEnricher>("hubspot")!;

        var enriched = Assert.IsType<DealChangedEvent>(Assert.Single(await hubSpot.EnrichAsync([new DealChangedEvent(Header) { DealId = $"{deal}", IsNew = true }], Stop)));
        var person = Assert.IsType<ContactUpdatedEvent>((await hubSpot.EnrichAsync([Updated(enriched.People)], Stop))[0]);

        Assert.Equal((1200.50m, "EUR"), (enriched.Amount, enriched.Currency));
        Assert.Equal(("ada@example.com", "Ada"), (person.SubjectEmail, person.Profile?.FirstName));
    }

    [Fact]
    public async Task A_lifecycle_stage_goes_forward_and_back_in_HubSpot()
    {
        var contact = _sandbox.HubSpot.CreateContact("ada@example.com", ("lifecyclestage", "lead"));
        var hubSpot = Connectors.Find<IPersonTarget>("hubspot")!;
        var person = IdentityKey.Person("hubspot", $"{contact}");

        Assert.True(await hubSpot.WriteStageAsync(person, FunnelStage.Commitment, Stop));
        Assert.False(await hubSpot.WriteStageAsync(person, FunnelStage.Commitment, Stop));
        Assert.True(await hubSpot.WriteStageAsync(person, FunnelStage.Interest, Stop));
        Assert.False(await hubSpot.WriteStageAsync(person, FunnelStage.Interest, Stop));
    }

    [Fact]
    public async Task What_sales_book_move_do_and_delete_in_Salesforce_is_polled()
    {
        var salesforce = Connectors.Find<IPollSource>("salesforce")!;
        var lead = Org.Create("Lead", ("LastName", "Byron"), ("Company", "Byron Ltd"));
        var task = Org.Create("Task", ("Subject", "Call"), ("WhoId", lead), ("ActivityDate", "2026-03-05"));
        var meeting = Org.Create("Event", ("Subject", "Visit"), ("WhoId", lead), ("StartDateTime", "2026-03-06T09:30:00Z"), ("ActivityDate", "2026-03-06"));

        var (cursor, booked) = await PollAsync(salesforce, null);
        Org.Update("Task", task, ("Status", "Completed"));
        Org.Update("Event", meeting, ("StartDateTime", "2026-03-07T09:30:00Z"));
        (cursor, var moved) = await PollAsync(salesforce, cursor);
        Org.Delete("Event", meeting);
        var (_, gone) = await PollAsync(salesforce, cursor);

        Assert.Contains(new Booking(task, null, new(2026, 3, 5)), booked);
        Assert.Contains(new Booking(meeting, new(2026, 3, 6, 9, 30, 0, TimeSpan.Zero), null), booked);
        Assert.Contains(new Booking(task, null, null), moved);
        Assert.Contains(new Booking(meeting, new(2026, 3, 7, 9, 30, 0, TimeSpan.Zero), null), moved);
        Assert.Contains(new Booking(meeting, null, null), gone);
    }

    private static async Task<(string? Cursor, IReadOnlyList<Booking> Bookings)> PollAsync(IPollSource source, string? cursor)
    {
        var page = await source.PollAsync(cursor, DateTimeOffset.UtcNow, Stop);
        return (page.NextCursor, [.. page.Deliveries.SelectMany(delivery => ((IDeliveryReader)source).Read(delivery)).OfType<ActivityEvent>().Select(told => told.Booking).OfType<Booking>()]);
    }

    [Fact]
    public async Task A_note_whose_answer_was_lost_after_HubSpot_had_it_is_found_by_its_mark()
    {
        var contact = _sandbox.HubSpot.CreateContact("lost@example.com");
        var hubSpot = Connectors.Find<INoteTarget>("hubspot")!;
        var (person, note) = (IdentityKey.Person("hubspot", $"{contact}"), new PersonNote("brief 1", TimeProvider.System.GetUtcNow(), ["Budget moved"]));
        _sandbox.Faults.Set("hubspot", new Fault { Kind = FaultKind.LoseAnswer, Method = "POST", PathPrefix = "/crm/v3/objects/notes", Count = 1 });

        await Assert.ThrowsAsync<VendorUnavailableException>(() => hubSpot.WriteNoteAsync(person, note, Stop));
        Assert.True(await hubSpot.WriteNoteAsync(person, note, Stop));

        Assert.Single(_sandbox.HubSpot.All("notes"));
    }

    [Fact]
    public async Task A_note_written_three_times_is_one_note_on_the_contact_whatever_stands_in_it()
    {
        var contact = _sandbox.HubSpot.CreateContact("ada@example.com");
        var hubSpot = Connectors.Find<INoteTarget>("hubspot")!;
        var note = new PersonNote("return 1", TimeProvider.System.GetUtcNow(), ["<script>sales</script> gave the lead back: no budget", "Stage: Evaluation"]) { ReturnReason = "no budget" };

        for (var i = 0; i < 3; i++)
        {
            Assert.True(await hubSpot.WriteNoteAsync(IdentityKey.Person("hubspot", $"{contact}"), note, Stop));
        }

        Assert.False(await hubSpot.WriteNoteAsync(IdentityKey.Person("hubspot", "999999"), note, Stop));
        var written = Assert.Single(_sandbox.HubSpot.All("notes"));
        Assert.Equal("&lt;script&gt;sales&lt;/script&gt; gave the lead back: no budget<br>Stage: Evaluation<br><br>[integration-hub return 1]", written["hs_note_body"]);
        Assert.Equal([written.Id], _sandbox.HubSpot.AssociatedIds("contacts", contact, "notes"));
    }

    [Fact]
    public async Task A_handoff_written_three_times_is_one_lead_and_one_task()
    {
        var salesforce = Connectors.Find<IHandoffTarget>("salesforce")!;

        var receipts = new List<HandoffReceipt>();
        for (var i = 0; i < 3; i++)
        {
            Org.UpsertAnswersNoContent = i == 1;
            receipts.Add(await salesforce.DeliverAsync(Order(), Stop));
        }

        Assert.Single(receipts.Distinct());
        var lead = Assert.Single(Org.All("Lead"));
        Assert.Equal((lead.Id, Lead.Value, "Byron"), (receipts[0].Person.Id, lead["IntegrationHub_Lead_Id__c"], lead["LastName"]));
        Assert.Equal(lead.Id, Assert.Single(Org.All("Task"))["WhoId"]);
    }

    [Fact]
    public async Task A_handoff_of_a_converted_lead_goes_to_its_contact()
    {
        var salesforce = Connectors.Find<IHandoffTarget>("salesforce")!;
        var first = await salesforce.DeliverAsync(Order(), Stop);
        var converted = Org.ConvertLead(first.Person.Id);

        var second = await salesforce.DeliverAsync(Order("handoff-2"), Stop);
        var third = await salesforce.DeliverAsync(Order("handoff-3", first.Person.Id), Stop);

        Assert.Equal((converted["ConvertedContactId"], converted["ConvertedContactId"]), (second.Person.Id, third.Person.Id));
        Assert.Equal(3, Org.All("Task").Count);
        Assert.Single(Org.All("Lead"));
    }

    [Fact]
    public async Task What_the_hub_wrote_is_polled_as_nobodys_work_until_somebody_works()
    {
        var receipt = await Connectors.Find<IHandoffTarget>("salesforce")!.DeliverAsync(Order(), Stop);
        var (own, cursor) = await PollAsync(null);
        Org.SetLeadStatus(receipt.Person.Id, "Working - Contacted");
        var (moved, next) = await PollAsync(cursor);
        Org.CompleteTask(Org.All("Task")[0].Id);
        var (done, _) = await PollAsync(next);

        Assert.DoesNotContain(own, source => source is ContactUpdatedEvent { ShowsWork: true } or StageChangedEvent { ShowsWork: true } or ActivityEvent { ShowsWork: true });
        Assert.Equal(Lead, own.Single(source => source is ContactUpdatedEvent).HubLeadId);
        Assert.Contains(moved, source => source is StageChangedEvent { ShowsWork: true, ToStageRaw: "Working - Contacted" });
        Assert.Contains(done, source => source is ActivityEvent { ShowsWork: true });
    }

    [Fact]
    public async Task Rows_of_one_stamp_committed_late_and_in_small_pages_are_all_polled()
    {
        Org.PageSize = 7;
        Org.Stamps = StampMode.Tied;
        var early = Enumerable.Range(0, 20).Select(i => Org.CreateLead($"early{i}@example.com", "L", "C")).ToList();
        var (first, cursor) = await PollAsync(null);
        Org.CommitDelay = Timeout.InfiniteTimeSpan;
        var late = Enumerable.Range(0, 20).Select(i => Org.CreateLead($"late{i}@example.com", "L", "C")).ToList();
        var (nothing, next) = await PollAsync(cursor);
        Org.Commit();
        var (second, _) = await PollAsync(next);

        Assert.Equal(early.Order(StringComparer.Ordinal), first.Select(source => source.People[0].Id).Order(StringComparer.Ordinal));
        Assert.Empty(nothing);
        Assert.Superset(late.ToHashSet(), second.Select(source => source.People[0].Id).ToHashSet());
    }

    [Fact]
    public async Task Deals_merges_conversions_and_returns_are_polled_for_what_they_are()
    {
        var winner = Org.CreateLead("ada@example.com", "Byron", "Acme");
        var other = Org.CreateLead("ada2@example.com", "Byron", "Acme");
        var returned = Org.CreateLead("bob@example.com", "Bob", "Acme");
        Org.Merge("Lead", winner, other);
        Org.SetLeadStatus(returned, "Closed - Not Converted");
        var converted = Org.ConvertLead(winner, "Rollout");
        Org.MoveOpportunity(converted["ConvertedOpportunityId"]!, "Closed Won");

        var (events, _) = await PollAsync(null);

        Assert.Contains(events, source => source is ContactMergedEvent { Merged: [var gone] } && gone.Id == other && source.People.Single().Id == winner);
        Assert.Contains(events, source => source is HandoffReturnedEvent { Reason: "Closed - Not Converted" } && source.People.Single().Id == returned);
        Assert.Contains(events, source => source is AssociationAddedEvent joined && joined.DealId == converted["ConvertedOpportunityId"]);
        var won = Assert.Single(events, source => source.Kind == SourceEventKind.DealWon);
        Assert.Equal(converted["ConvertedContactId"], won.People.Single().Id);
        Assert.Equal("ada@example.com", won.SubjectEmail);
    }

    [Fact]
    public async Task What_changes_on_a_contact_is_polled_and_counts_for_people_the_hub_knows()
    {
        var contact = Org.Create("Contact", ("LastName", "Byron"), ("Email", "ada@example.com"), ("Phone", "1"));
        var (met, cursor) = await PollAsync(null);
        Org.Update("Contact", contact, ("Email", "ada@new.example"), ("Phone", "2"), ("HasOptedOutOfEmail", true));
        var (changed, _) = await PollAsync(cursor);

        Assert.All(met.Concat(changed), source => Assert.True(Assert.IsAssignableFrom<LeadEvent>(source).OnlyIfKnown));
        Assert.Contains(changed, source => source is ContactUpdatedEvent { SubjectEmail: "ada@new.example", Profile.Phone: "2" } && source.People.Single().Id == contact);
        Assert.Contains(changed, source => source.Kind == SourceEventKind.ConsentUnsubscribed && source.People.Single().Id == contact);
    }

    [Fact]
    public async Task Merged_and_deleted_contacts_are_polled()
    {
        var (winner, other, gone) = (Org.Create("Contact", ("LastName", "A")), Org.Create("Contact", ("LastName", "B")), Org.Create("Contact", ("LastName", "C")));
        Org.Merge("Contact", winner, other);
        Org.Delete("Contact", gone);

        var (events, _) = await PollAsync(null);

        Assert.Contains(events, source => source is ContactMergedEvent { OnlyIfKnown: true, Merged: [var merged] } && merged.Id == other && source.People.Single().Id == winner);
        Assert.Contains(events, source => source is ContactDeletedEvent { OnlyIfKnown: true } && source.People.Single().Id == gone);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_joins_an_opportunity_that_does_not_change_sees_it_as_it_stands(bool byChangeEvent)
    {
        var contact = Org.Create("Contact", ("LastName", "Byron"), ("Email", "ada@example.com"));
        var deal = Org.CreateOpportunity("Rollout", "Closed Won", new(2026, 6, 30), 1200);
        var (_, cursor) = await PollAsync(null);
        var role = Org.AddContactRole(deal, contact);
        var told = byChangeEvent ? Read(Change("CREATE", "OpportunityContactRole", role, $""" "OpportunityId":"{deal}","ContactId":"{contact}" """)) : (await PollAsync(cursor)).Events;

        var joined = Assert.IsType<AssociationAddedEvent>(Assert.Single(await EnrichAsync([Assert.Single(told, source => source.Kind == SourceEventKind.AssociationChanged)])));

        Assert.Equal((deal, contact, DealStatus.Won, FunnelStage.Commitment, 1200m), (joined.DealId, joined.People.Single().Id, joined.Status, joined.Stage, joined.Amount));
        Assert.True(joined.OccurredAt >= Time(Org.Get(deal)!.Fields["SystemModstamp"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_is_taken_off_an_opportunity_is_off_it(bool byChangeEvent)
    {
        var contact = Org.Create("Contact", ("LastName", "Byron"));
        var deal = Org.CreateOpportunity("Rollout", "Qualification", new(2026, 6, 30), 1200, contact);
        var second = Org.AddContactRole(deal, contact);
        var (_, cursor) = await PollAsync(null);
        Org.Delete("OpportunityContactRole", second);
        Assert.Equal(DealStatus.Open, Assert.IsType<AssociationAddedEvent>(Assert.Single(await EnrichAsync(await RemovalAsync(second)))).Status);

        Org.Update("Opportunity", deal, ("ContactId", null));
        var first = Org.All("OpportunityContactRole").Single().Id;
        Org.Delete("OpportunityContactRole", first);
        var left = Assert.IsType<AssociationRemovedEvent>(Assert.Single(await EnrichAsync(await RemovalAsync(first))));

        Assert.Equal((deal, contact), (left.DealId, left.People.Single().Id));

        async Task<IReadOnlyList<SourceEvent>> RemovalAsync(string role)
        {
            if (byChangeEvent)
            {
                return Read(Change("DELETE", "OpportunityContactRole", role, """ "Other":1 """));
            }

            (var events, cursor) = await PollAsync(cursor);
            return [.. events.Where(source => source.Kind == SourceEventKind.AssociationChanged && source.ExternalIds["opportunityContactRoleId"] == role)];
        }
    }

    [Fact]
    public async Task A_change_event_that_does_not_say_what_happened_is_answered_by_the_record()
    {
        var (winner, loser, gone) = (Org.CreateLead("a@example.com", "A", "C"), Org.CreateLead("b@example.com", "B", "C"), Org.CreateLead("c@example.com", "D", "C"));
        Org.Merge("Lead", winner, loser);
        Org.Delete("Lead", gone);
        var task = Org.Create("Task", ("Subject", "Call"), ("WhoId", winner), ("ActivityDate", "2026-03-05"));
        var meeting = Org.Create("Event", ("Subject", "Visit"), ("WhoId", winner), ("StartDateTime", "2026-03-06T09:30:00Z"));
        Org.Delete("Event", meeting);

        var events = await EnrichAsync([
            .. Read(Change("DELETE", "Lead", loser, """ "Other":1 """)), .. Read(Change("DELETE", "Lead", gone, """ "Other":1 """)),
            .. Read(Change("CREATE", "Task", task, """ "Status":"Not Started" """)), .. Read(Change("DELETE", "Event", meeting, """ "Other":1 """)),
        ]);

        Assert.Contains(events, source => source is ContactMergedEvent { Merged: [var merged] } && source.People.Single().Id == winner && merged.Id == loser);
        Assert.Contains(events, source => source.Kind == SourceEventKind.ContactDeleted && source.People.Single().Id == gone);
        Assert.Contains(events, source => source is ActivityEvent activity && activity.Booking == new Booking(task, null, new(2026, 3, 5)));
        Assert.Contains(events, source => source is ActivityEvent activity && activity.Booking == new Booking(meeting, null, null));
    }

    [Fact]
    public async Task A_deleted_contact_that_is_restored_is_there_again()
    {
        var lead = Org.CreateLead("ada@example.com", "Byron", "Acme");
        Org.Delete("Lead", lead);
        var (gone, cursor) = await PollAsync(null);
        Org.Undelete(lead);
        var (back, _) = await PollAsync(cursor);
        var restored = await EnrichAsync(Read(Change("UNDELETE", "Lead", lead, """ "Other":1 """)));

        Assert.Contains(gone, source => source.Kind == SourceEventKind.ContactDeleted);
        Assert.Contains(back, source => source is PersonEvent { ShowsRecord: true } && source.People.Single().Id == lead);
        Assert.Contains(restored, source => source is PersonEvent { Restored: true } && source.People.Single().Id == lead);
    }

    [Fact]
    public async Task An_object_is_read_again_from_before_a_gap_but_no_further_back_than_events_are_kept()
    {
        var salesforce = Connectors.Find<IPollSource>("salesforce")!;
        var lead = Org.CreateLead("ada@example.com", "Byron", "Acme");
        var (_, cursor) = await PollAsync(null);
        var now = TimeProvider.System.GetUtcNow();
        var gap = Assert.IsType<ResyncEvent>(Assert.Single(Read(Change("GAP_OVERFLOW", "Lead", "00Q*", """ "Other":1 """, now.AddHours(-1))))).Gap!;
        var later = Assert.IsType<ResyncEvent>(Assert.Single(Read(Change("UPDATE", "Opportunity", "006*", """ "Other":1 """, now)))).Gap!;

        var rewound = salesforce.Rewind(cursor, gap, now);

        Assert.Equal(("Lead", "Opportunity"), (gap.RecordType, later.RecordType));
        Assert.Null(salesforce.Rewind(null, gap, now));
        Assert.Equal(cursor, salesforce.Rewind(cursor, gap with { RecordType = "Case" }, now));
        Assert.NotEqual(cursor, rewound);
        Assert.Equal(now.AddHours(-1).AddMinutes(-5), From(rewound!, "Lead"), TimeSpan.FromMilliseconds(1));
        Assert.Equal(now.AddDays(-3), From(salesforce.Rewind(cursor, gap with { At = now.AddYears(-1) }, now)!, "Lead"), TimeSpan.FromMilliseconds(1));
        Assert.Contains((await PollAsync(rewound)).Events, source => source.People is [{ Id: var id }] && id == lead);

        static DateTimeOffset From(string cursor, string type) => System.Text.Json.Nodes.JsonNode.Parse(cursor)!["positions"]![type]!["at"]!.GetValue<DateTimeOffset>();
    }

    [Fact]
    public async Task Rows_with_bytes_that_are_no_text_are_polled_and_the_cursor_goes_on()
    {
        var lead = Org.CreateLead("ada@example.com", $"Summer {RawValue.HalfEmoji}", $"M{RawValue.BadByte}ller{RawValue.ControlCharacter}");
        var contact = _sandbox.HubSpot.CreateContact("ada@example.com", ("lastname", RawValue.HalfEmoji), ("company", RawValue.BadByte));
        var other = _sandbox.HubSpot.CreateContact("bob@example.com");

        var (first, cursor) = await PollAsync(null);
        Org.CreateLead("bob@example.com", "Bob", "C");
        var (second, _) = await PollAsync(cursor);
        var enriched = await Connectors.Find<IEventEnricher>("hubspot")!.EnrichAsync([.. new[] { contact, other }.Select(id => Created(id) with { DedupeKey = $"{id}" })], Stop);

        Assert.Equal(("Summer \uFFFD", "M\uFFFDller "), (ProfileOf(first.Single(source => source.People.Single().Id == lead)).LastName, ProfileOf(first[0]).Company));
        Assert.Contains(second, source => source.SubjectEmail == "bob@example.com");
        Assert.Equal(["ada@example.com", "bob@example.com"], enriched.Select(source => source.SubjectEmail));
    }

    [Fact]
    public async Task HubSpots_association_that_is_left_beside_a_removed_one_keeps_the_person_on_the_deal()
    {
        var contact = _sandbox.HubSpot.CreateContact("ada@example.com");
        var deal = _sandbox.HubSpot.CreateDeal("Rollout", "qualifiedtobuy", 1200.50m, "EUR", contact);
        var hubSpot = Connectors.Find<IEventEnricher>("hubspot")!;
        var removed = new AssociationRemovedEvent(Header) { DealId = $"{deal}", People = [IdentityKey.Person("hubspot", $"{contact}")] };

        var still = Assert.Single(await hubSpot.EnrichAsync([removed], Stop));
        _sandbox.HubSpot.Disassociate("deals", deal, "contacts", contact);
        var gone = Assert.Single(await hubSpot.EnrichAsync([removed], Stop));

        Assert.Equal(DealStatus.Open, Assert.IsType<AssociationAddedEvent>(still).Status);
        Assert.Equal(removed, gone);
    }

    [Fact]
    public async Task A_HubSpot_contact_that_is_older_than_the_hub_is_met_with_all_it_is_and_since_when()
    {
        var contact = _sandbox.HubSpot.CreateContact("ada@example.com", ("lifecyclestage", "customer"), ("hs_email_optout", "true"), ("hubspotscore", "42"));
        var deal = _sandbox.HubSpot.CreateDeal("Rollout", "closedwon", 1200.50m, "EUR", contact);
        var since = DateTimeOffset.UtcNow;
        var brought = Updated([IdentityKey.Person("hubspot", $"{contact}")]) with { OccurredAt = since.AddHours(1) };

        var met = await Connectors.Find<IEventEnricher>("hubspot")!.EnrichAsync([brought], Stop);

        Assert.Equal(42, ProfileOf(met[0]).Score);
        var stage = Assert.Single(met.OfType<StageChangedEvent>());
        var won = Assert.Single(met.OfType<DealChangedEvent>(), deal => deal.Status == DealStatus.Won);
        Assert.Contains(met, source => source is ConsentChangedEvent { Consent: MailConsent.Unsubscribed, Past: true });
        Assert.Equal(("customer", FunnelStage.Commitment, true), (stage.ToStageRaw, stage.Stage, stage.Past));
        Assert.Equal(($"{deal}", 1200.50m, true), (won.DealId, won.Amount, won.Past));
        Assert.All(met.Skip(1), source => Assert.True(source.OccurredAt <= since));
    }

    [Fact]
    public async Task What_a_new_HubSpot_contact_has_from_its_creation_on_is_news()
    {
        var contact = _sandbox.HubSpot.CreateContact("ada@example.com", ("lifecyclestage", "salesqualifiedlead"));
        var created = Created(contact) with { OccurredAt = _sandbox.HubSpot.Get("contacts", contact)!.CreatedAt };
        var told = new StageChangedEvent(created) { DedupeKey = "told", NeedsEnrichment = ["email"], ToStageRaw = "salesqualifiedlead", Stage = FunnelStage.Evaluation };

        var met = await Connectors.Find<IEventEnricher>("hubspot")!.EnrichAsync([created], Stop);
        var alone = await Connectors.Find<IEventEnricher>("hubspot")!.EnrichAsync([created, told], Stop);

        Assert.False(Assert.Single(met.OfType<StageChangedEvent>()).Past);
        Assert.Equal("told", Assert.Single(alone, source => source.Kind == SourceEventKind.StageChanged).DedupeKey);
    }

    [Fact]
    public async Task A_Salesforce_record_that_is_met_by_a_change_of_something_else_counts_with_its_stage_and_deals()
    {
        var lead = Org.CreateLead("ada@example.com", "Byron", "Acme", ("Status", "Working - Contacted"));
        var contact = Org.Create("Contact", ("LastName", "Byron"));
        var deal = Org.CreateOpportunity("Rollout", "Closed Won", new(2026, 6, 30), 1200, contact);

        var met = await EnrichAsync([.. Read(Change("UPDATE", "Lead", lead, """ "Phone":"1" """)), .. Read(Change("UPDATE", "Contact", contact, """ "Phone":"1" """))]);

        Assert.Contains(met, source => source is StageChangedEvent { ToStageRaw: "Working - Contacted", Past: true } && source.People.Single().Id == lead);
        Assert.Contains(met, source => source is DealChangedEvent { Status: DealStatus.Won, Past: true, Amount: 1200 } won && won.DealId == deal && source.People.Single().Id == contact);
    }

    [Fact]
    public async Task A_lead_whose_records_were_all_deleted_is_not_made_again_without_a_persons_say()
    {
        var salesforce = Connectors.Find<IHandoffTarget>("salesforce")!;
        var first = await salesforce.DeliverAsync(Order(), Stop);
        Org.Delete("Lead", first.Person.Id);
        var order = Order("handoff-2", first.Person.Id);

        var deleted = await Assert.ThrowsAsync<RecordsDeletedException>(() => salesforce.DeliverAsync(order, Stop));
        Assert.Equal([first.Person], deleted.Records);
        Assert.Empty(Org.All("Lead"));

        var second = await salesforce.DeliverAsync(order with { MayRecreate = true }, Stop);
        Assert.Equal(second.Person.Id, Assert.Single(Org.All("Lead")).Id);
    }

    private static DateTimeOffset Time(object? value) => (DateTimeOffset)value!;

    private IReadOnlyList<SourceEvent> Read(Delivery delivery) => Connectors.Find<IDeliveryReader>("salesforce")!.Read(delivery);

    private Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events) => Connectors.Find<IEventEnricher>("salesforce")!.EnrichAsync(events, Stop);

    private static Delivery Change(string type, string entity, string id, string fields, DateTimeOffset? at = null) => new()
    {
        Connector = "salesforce", Channel = "cdc", ReceivedAt = TimeProvider.System.GetUtcNow(), Headers = new Dictionary<string, string>(),
        Body = System.Text.Encoding.UTF8.GetBytes($$$"""
            {"payload":{"ChangeEventHeader":{"entityName":"{{{entity}}}","recordIds":["{{{id}}}"],"changeType":"{{{type}}}","transactionKey":"{{{type}}}{{{id}}}","commitTimestamp":{{{(at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeMilliseconds()}}} },{{{fields}}} } }
            """),
    };

    private async Task<(IReadOnlyList<SourceEvent> Events, string Cursor)> PollAsync(string? cursor)
    {
        var salesforce = Connectors.Find<IPollSource>("salesforce")!;
        var events = new List<SourceEvent>();
        while (true)
        {
            var page = await salesforce.PollAsync(cursor, TimeProvider.System.GetUtcNow(), Stop);
            events.AddRange(page.Deliveries.SelectMany(salesforce.Read));
            cursor = page.NextCursor;
            if (!page.More)
            {
                return ([.. events.DistinctBy(source => source.DedupeKey)], cursor);
            }
        }
    }

    private static EventHeader Header => new("event", ToolSide.Marketing, null);

    private static ContactCreatedEvent Created(long contact) => new(Header) { People = [IdentityKey.Person("hubspot", $"{contact}")], NeedsEnrichment = ["email"] };

    private static ContactUpdatedEvent Updated(ImmutableArray<IdentityKey> people) => new(Header) { People = people, NeedsEnrichment = ["email"] };

    private static LeadProfile ProfileOf(SourceEvent source) => Assert.IsAssignableFrom<PersonEvent>(source).Profile!;

    private static HandoffOrder Order(string id = "handoff-1", string? known = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(
            new() { Id = id, To = Team.Sales, Stage = FunnelStage.Evaluation, EnteredAt = now, AnnouncedAt = now, Reason = "asked for a price" },
            new()
            {
                LeadId = Lead, Stage = FunnelStage.Evaluation, Owner = Team.Sales, EnteredAt = now, Entries = [], Deals = [], EmailConsent = ConsentState.Unknown,
                Profile = new() { LastName = "Byron", Email = "ada@example.com" }, Identities = known is null ? [] : [IdentityKey.Person("salesforce", known)], Held = [], Hash = "",
            },
            new() { Who = "Ada Byron", Stage = "Evaluation", WhyNow = "asked for a price", Story = [], Missing = [] },
            now.AddDays(1));
    }
}
