using System.Globalization;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Salesforce;
using IntegrationHub.Connectors.Tests.Payloads;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Salesforce;

public sealed class SalesforceReadingTests
{
    private const string RelayToken = "sf-relay-token-0001";
    private const string OutboundChannel = "outbound/sf-om-path-0001";
    private const string Hub = "0055g00000HubHubAA";
    private const string Person = "0055g00000PersonAA";
    private const string Lead = "00Q5g00000AbCdEEAV";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1772446505123);
    private static readonly IWebhookSource Salesforce = Corpus.Connectors.Find<IWebhookSource>("salesforce")!;

    [Fact]
    public void The_relays_vector_is_accepted_as_genuine()
    {
        var delivery = Change("""{"schema":"x","payload":{},"event":{"replayId":1}}""", ("X-Hub-Signature", "sha256=9c2e882d54c3ed0847e01e567310f4fc3f23e18c63ff6cb3735b25a9dd75755e"));

        // Genuine, but no change event.
        Assert.Equal(DeliveryVerdict.Malformed, Salesforce.Check(delivery, Now).Verdict);
    }

    [Theory]
    [InlineData("Authorization", $"Bearer {RelayToken}", DeliveryVerdict.Accepted)]
    [InlineData("Authorization", $"Bearer {RelayToken}x", DeliveryVerdict.Forged)]
    [InlineData("Authorization", RelayToken, DeliveryVerdict.Forged)]
    [InlineData("Authorization", "Bearer sf-relay-secret-0001", DeliveryVerdict.Forged)]
    [InlineData("X-Hub-Signature", "sha256=", DeliveryVerdict.Forged)]
    [InlineData("X-Hub-Signature", "sha256=9c2e882d54c3ed0847e01e567310f4fc3f23e18c63ff6cb3735b25a9dd75755e", DeliveryVerdict.Forged)]
    [InlineData("X-Other", "", DeliveryVerdict.Forged)]
    public void A_relay_shows_its_token_or_signs_with_its_key(string header, string value, DeliveryVerdict verdict) =>
        Assert.Equal(verdict, Salesforce.Check(Change(ChangeOf("UPDATE", "Opportunity", "0065g00000XyZ01AAF"), (header, value)), Now).Verdict);

    [Fact]
    public void A_wrong_signature_is_not_mended_by_the_right_secret() =>
        Assert.Equal(
            DeliveryVerdict.Forged,
            Salesforce.Check(Change(ChangeOf("UPDATE", "Lead", Lead), ("X-Hub-Signature", "sha256=00"), ("Authorization", $"Bearer {RelayToken}")), Now).Verdict);

    [Theory]
    [InlineData("")]
    [InlineData("cdc/x")]
    [InlineData("outbound")]
    [InlineData("outbound/")]
    [InlineData("outbound/sf-om-path-0002")]
    [InlineData("outbound/sf-om-path-0001/x")]
    public void Other_channels_and_other_secrets_are_refused(string channel) =>
        Assert.NotEqual(DeliveryVerdict.Accepted, Salesforce.Check(Outbound(MessageOf(Notification("04l5g00000N0001AAB", "Lead", Lead))) with { Channel = channel }, Now).Verdict);

    [Theory]
    [InlineData("00D5g000001AbCdEAK", DeliveryVerdict.Accepted)]
    [InlineData("00D5g000001AbCd", DeliveryVerdict.Accepted)]
    [InlineData("00D5g000001AbCe", DeliveryVerdict.NotOurs)]
    [InlineData("00d5g000001abcd", DeliveryVerdict.NotOurs)]
    [InlineData("", DeliveryVerdict.NotOurs)]
    public void An_outbound_message_is_of_our_organisation_in_either_form_of_its_id(string organization, DeliveryVerdict verdict) =>
        Assert.Equal(verdict, Salesforce.Check(Outbound(MessageOf(Notification("04l5g00000N0001AAB", "Lead", Lead), organization)), Now).Verdict);

    [Fact]
    public void An_outbound_message_is_acknowledged_as_Salesforce_wants_it()
    {
        var reply = Salesforce.Acknowledge(Outbound("<x/>"))!;

        Assert.Equal(200, reply.Status);
        Assert.StartsWith("text/xml", reply.ContentType, StringComparison.Ordinal);
        Assert.Contains("<notificationsResponse xmlns=\"http://soap.sforce.com/2005/09/outbound\"><Ack>true</Ack></notificationsResponse>", reply.Body, StringComparison.Ordinal);
        Assert.Null(Salesforce.Acknowledge(Change("{}")));
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]>")]
    [InlineData("<!DOCTYPE x SYSTEM \"http://vendor.test/evil.dtd\">")]
    [InlineData("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>")]
    public void Document_type_definitions_are_refused_and_with_them_every_entity(string definition)
    {
        var message = MessageOf(Notification("04l5g00000N0001AAB", "Lead", Lead));

        Assert.Equal(DeliveryVerdict.Accepted, Salesforce.Check(Outbound(message), Now).Verdict);
        Assert.Equal(DeliveryVerdict.Malformed, Salesforce.Check(Outbound(definition + message), Now).Verdict);
    }

    [Fact]
    public void No_change_at_all_is_accepted() =>
        Assert.Equal(DeliveryVerdict.Accepted, Salesforce.Check(Change("[]", ("Authorization", $"Bearer {RelayToken}")), Now).Verdict);

    [Fact]
    public void One_change_of_many_records_is_one_event_each()
    {
        var events = Read(Change(ChangeOf("UPDATE", "Opportunity", "0065g00000XyZ01\",\"0065g00000XyZ02AAF", """ "StageName":"Qualification" """)));

        Assert.Equal(["0065g00000XyZ01AAF", "0065g00000XyZ02AAF"], events.Select(source => Assert.IsType<DealChangedEvent>(source).DealId));
        Assert.Equal(2, events.Select(source => source.DedupeKey).Distinct().Count());
    }

    [Theory]
    [InlineData("com/salesforce/api/rest/60.0;client=lead-hub", SourceEventKind.Ignored)]
    [InlineData("com/salesforce/api/rest/60.0;client=Lead-Hub", SourceEventKind.Ignored)]
    [InlineData("com/salesforce/api/rest/60.0;client=lead-hubbub", SourceEventKind.StageChanged)]
    [InlineData("com/salesforce/api/rest/60.0", SourceEventKind.StageChanged)]
    public void What_the_hub_wrote_itself_is_no_news(string origin, SourceEventKind kind) =>
        Assert.Equal(kind, Assert.Single(Read(Change(ChangeOf("UPDATE", "Lead", Lead, """ "Status":"Working - Contacted" """, origin)))).Kind);

    [Theory]
    [InlineData("GAP_CREATE", SourceEventKind.ResyncRequired)]
    [InlineData("GAP_UPDATE", SourceEventKind.ResyncRequired)]
    [InlineData("GAP_UNDELETE", SourceEventKind.ResyncRequired)]
    [InlineData("GAP_OVERFLOW", SourceEventKind.ResyncRequired)]
    [InlineData("UNDELETE", SourceEventKind.ResyncRequired)]
    [InlineData("GAP_DELETE", SourceEventKind.ContactDeleted)]
    [InlineData("DELETE", SourceEventKind.ContactDeleted)]
    public void What_does_not_say_what_changed_makes_the_record_be_read_again(string type, SourceEventKind kind) =>
        Assert.Equal(kind, Assert.Single(Read(Change(ChangeOf(type, "Lead", Lead)))).Kind);

    [Fact]
    public void A_wildcard_names_no_record()
    {
        var source = Read<ResyncEvent>(Change(ChangeOf("UPDATE", "Opportunity", "006*")));

        Assert.Null(source.DealId);
    }

    [Theory]
    [InlineData(""" "StageName":"Gewonnen","IsClosed":true,"IsWon":true """, SourceEventKind.DealWon, false)]
    [InlineData(""" "StageName":"Verloren","IsClosed":true """, SourceEventKind.DealLost, false)]
    [InlineData(""" "StageName":"Closed Won" """, SourceEventKind.DealWon, false)]
    [InlineData(""" "StageName":"Closed Won","IsClosed":false """, SourceEventKind.DealStageChanged, false)]
    [InlineData(""" "StageName":"Verhandlung" """, SourceEventKind.DealStageChanged, true)]
    [InlineData(""" "Amount":12.30 """, SourceEventKind.DealUpdated, false)]
    public void Won_and_lost_are_decided_by_IsWon_and_IsClosed_before_any_label(string fields, SourceEventKind kind, bool unmapped)
    {
        var source = Read<DealChangedEvent>(Change(ChangeOf("UPDATE", "Opportunity", "0065g00000XyZ01AAF", fields)));

        Assert.Equal((kind, unmapped), (source.Kind, source.Unmapped));
    }

    [Theory]
    [InlineData("Open - Not Contacted", false, null)]
    [InlineData("Working - Contacted", true, null)]
    [InlineData("Closed - Not Converted", false, "Closed - Not Converted")]
    public void A_status_that_has_moved_shows_work_and_a_closed_one_gives_the_lead_back(string status, bool work, string? returned)
    {
        var source = Assert.Single(Read(Change(ChangeOf("UPDATE", "Lead", Lead, $""" "Status":"{status}" """))));

        Assert.Equal((work, returned), (source is StageChangedEvent { ShowsWork: true }, (source as HandoffReturnedEvent)?.Reason));
    }

    [Theory]
    [InlineData(Person, true)]
    [InlineData("00G5g00000QueueQAA", false)]
    public void An_owner_who_is_a_person_shows_work_and_a_queue_does_not(string owner, bool work) =>
        Assert.Equal(work, Read<ContactUpdatedEvent>(Change(ChangeOf("UPDATE", "Lead", Lead, $""" "OwnerId":"{owner}" """))).ShowsWork);

    [Fact]
    public void A_row_is_one_version_of_a_record()
    {
        var first = Assert.Single(Read(Rows(LeadRow("2026-03-02T10:15:00.000+0000"))));
        var second = Assert.Single(Read(Rows(LeadRow("2026-03-02T10:15:01.000+0000"))));

        Assert.StartsWith("salesforce|00D5g000001AbCdEAK|row|00Q5g00000AbCdEEAV|2026-03-02T10:15:00.000Z|", first.DedupeKey, StringComparison.Ordinal);
        Assert.NotEqual(first.DedupeKey, second.DedupeKey);
        Assert.Single(Read(Rows(LeadRow("2026-03-02T10:15:00.000+0000"), LeadRow("2026-03-02T12:15:00.000+02:00"))));
    }

    [Fact]
    public void A_row_changed_twice_within_its_stamps_second_is_two_versions()
    {
        var before = Assert.Single(Read(Rows(LeadRow())));
        var after = Assert.Single(Read(Rows(LeadRow(status: "Working - Contacted"))));

        Assert.NotEqual(before.DedupeKey, after.DedupeKey);
        Assert.Equal(2, Read(Rows(LeadRow(), LeadRow(status: "Working - Contacted"))).Count);
    }

    [Fact]
    public void A_row_carries_the_hubs_own_id_and_the_person()
    {
        var source = Read<PersonEvent>(Rows(LeadRow(more: """ "IntegrationHub_Lead_Id__c":"0123456789abcdef01234567","Email":"Ada@Example.com","LastName":"(last name not known)","Company":"Acme" """)));

        Assert.Equal("0123456789abcdef01234567", source.HubLeadId?.Value);
        Assert.Equal(new LeadProfile { Email = "ada@example.com", Company = "Acme" }, source.Profile);
    }

    [Theory]
    [InlineData("Open - Not Contacted", Hub, Hub, Hub, false)]
    [InlineData("Working - Contacted", Hub, Hub, Person, true)]
    [InlineData("Working - Contacted", Hub, Hub, Hub, true)]
    [InlineData("Open - Not Contacted", Hub, Person, Person, true)]
    [InlineData("Open - Not Contacted", Hub, Person, Hub, false)]
    [InlineData("Open - Not Contacted", Hub, "00G5g00000QueueQAA", Person, false)]
    [InlineData("Working - Contacted", Person, Person, Hub, false)]
    [InlineData("Working - Contacted", Person, Person, Person, true)]
    public void A_row_shows_work_by_people_and_not_the_hubs_own(string status, string maker, string owner, string writer, bool work)
    {
        var row = LeadRow(more: $""" "IntegrationHub_Lead_Id__c":"0123456789abcdef01234567","CreatedById":"{maker}","OwnerId":"{owner}","LastModifiedById":"{writer}" """, status: status);

        var said = Read<PersonEvent>(Rows(row)) switch
        {
            StageChangedEvent moved => (moved.ShowsWork, moved.HubWroteLast),
            ContactUpdatedEvent updated => (updated.ShowsWork, updated.HubWroteLast),
            var other => throw new InvalidOperationException($"{other.Kind}"),
        };

        Assert.Equal((work, writer == Hub), said);
    }

    [Theory]
    [InlineData(Person, false)]
    [InlineData(Hub, true)]
    public void A_row_of_a_lead_that_was_given_back_says_whether_the_hub_wrote_it_last(string writer, bool hubWroteLast)
    {
        var row = LeadRow(more: $""" "CreatedById":"{Hub}","OwnerId":"{Person}","LastModifiedById":"{writer}" """, status: "Closed - Not Converted");

        var source = Read<HandoffReturnedEvent>(Rows(row));

        Assert.Equal("Closed - Not Converted", source.Reason);
        Assert.Equal(hubWroteLast, FactMapper.ToFacts(source, "salesforce", Now, null).OfType<HandoffReturned>().Single().HubWroteLast);
    }

    [Theory]
    [InlineData("Open - Not Contacted", Hub, Hub, false)]
    [InlineData("Working - Contacted", Hub, Hub, true)]
    [InlineData("Open - Not Contacted", Hub, Person, true)]
    [InlineData("Open - Not Contacted", Person, Hub, true)]
    public void What_the_hub_put_into_a_lead_that_it_made_is_no_word_of_the_tool(string status, string maker, string writer, bool isWord)
    {
        var row = LeadRow(more: $""" "CreatedById":"{maker}","OwnerId":"{Hub}","LastModifiedById":"{writer}" """, status: status);

        Assert.Equal(isWord, FactMapper.ToFacts(Assert.Single(Read(Rows(row))), "salesforce", Now, null).OfType<StageClaimed>().Any());
    }

    [Fact]
    public void A_converted_lead_is_its_contact_and_its_opportunity_from_then_on()
    {
        var events = Read(Rows(LeadRow(status: "Closed - Converted", more: """ "IsConverted":true,"ConvertedContactId":"0035g00000CoNtAAAA","ConvertedOpportunityId":"0065g00000XyZ01AAF" """)));

        Assert.Equal([SourceEventKind.StageChanged, SourceEventKind.AssociationChanged], events.Select(source => source.Kind));
        Assert.Equal([IdentityKey.Person("salesforce", Lead), IdentityKey.Person("salesforce", "0035g00000CoNtAAAA")], events[0].People);
        Assert.Equal([IdentityKey.Person("salesforce", Lead)], events[1].People);
        Assert.Equal(FunnelStage.Evaluation, Assert.IsType<StageChangedEvent>(events[0]).Stage);
        Assert.Equal("0065g00000XyZ01AAF", Assert.IsType<AssociationAddedEvent>(events[1]).DealId);
    }

    [Fact]
    public void A_deleted_row_with_a_master_was_merged_into_it_and_one_without_is_gone()
    {
        var merged = Read<ContactMergedEvent>(Rows(LeadRow(more: """ "IsDeleted":true,"Email":"Loser@Example.com","MasterRecordId":"00Q5g00000MaStEAAA" """)));
        var gone = Assert.Single(Read(Rows(LeadRow(more: """ "IsDeleted":true,"MasterRecordId":null """))));

        Assert.Equal((SourceEventKind.ContactMerged, "00Q5g00000MaStEAAA", Lead), (merged.Kind, merged.People.Single().Id, merged.Merged.Single().Id));
        Assert.Equal(["loser@example.com"], merged.FurtherEmails);
        Assert.Equal((SourceEventKind.ContactDeleted, Lead), (gone.Kind, gone.People.Single().Id));
    }

    [Fact]
    public void An_opt_out_in_the_CRM_is_told_beside_the_row()
    {
        var events = Read(Rows(LeadRow(more: """ "HasOptedOutOfEmail":true """)));

        Assert.Equal([SourceEventKind.StageChanged, SourceEventKind.ConsentUnsubscribed], events.Select(source => source.Kind));
    }

    [Fact]
    public void An_opportunity_names_all_its_people_the_primary_one_first()
    {
        var events = Read(Rows("""
            {"attributes":{"type":"Opportunity"},"Id":"0065g00000XyZ01AAF","StageName":"Qualification","IsClosed":false,"IsWon":false,"SystemModstamp":"2026-03-02T10:15:00.000+0000",
             "OpportunityContactRoles":{"totalSize":2,"done":true,"records":[
               {"attributes":{"type":"OpportunityContactRole"},"ContactId":"0035g00000AAAAAAAA","IsPrimary":false,"Contact":{"Email":"first@example.com"}},
               {"attributes":{"type":"OpportunityContactRole"},"ContactId":"0035g00000BBBBBBBB","IsPrimary":true,"Contact":{"Email":"primary@example.com"}}]}}
            """));

        Assert.Equal("primary@example.com", events[0].SubjectEmail);
        Assert.Equal(["0035g00000BBBBBBBB", "0035g00000AAAAAAAA"], events[0].People.Select(person => person.Id));
        Assert.Equal(["primary@example.com", "first@example.com"], events.Skip(1).Select(source => (source as PersonEvent)?.Profile?.Email));
    }

    [Theory]
    // A task has a day; done, called off or without a day, it waits for nothing.
    [InlineData("Task", """ "IsClosed":false,"ActivityDate":"2026-03-05" """, null, "2026-03-05", false)]
    [InlineData("Task", """ "IsClosed":true,"ActivityDate":"2026-03-05" """, null, null, true)]
    [InlineData("Task", """ "IsClosed":false,"IsDeleted":true,"ActivityDate":"2026-03-05" """, null, null, false)]
    [InlineData("Task", """ "IsClosed":false """, null, null, false)]
    // A calendar event has a time, unless it takes the whole day.
    [InlineData("Event", """ "StartDateTime":"2026-03-05T09:30:00.000+0000","ActivityDate":"2026-03-05","IsAllDayEvent":false """, "2026-03-05T09:30:00Z", null, false)]
    [InlineData("Event", """ "StartDateTime":"2026-03-05T00:00:00.000+0000","ActivityDate":"2026-03-05","IsAllDayEvent":true """, null, "2026-03-05", false)]
    [InlineData("Event", """ "IsDeleted":true,"StartDateTime":"2026-03-05T09:30:00.000+0000" """, null, null, false)]
    public void An_activity_of_a_person_is_booked_until_it_is_due_done_or_gone(string entity, string fields, string? dueAt, string? dueOn, bool worked)
    {
        var source = Read<ActivityEvent>(Rows($$"""{"attributes":{"type":"{{entity}}"},"Id":"00T5g00000TaSkAAAA","WhoId":"{{Lead}}","SystemModstamp":"2026-03-02T10:15:00Z",{{fields}}}"""));
        var facts = FactMapper.ToFacts(source, "salesforce", DateTimeOffset.UnixEpoch, null);

        Assert.Equal((Lead, true), (source.People.Single().Id, source.OnlyIfKnown));
        var booked = Assert.Single(facts.OfType<ActivityBooked>());
        Assert.Equal("00T5g00000TaSkAAAA", booked.ActivityId);
        Assert.Equal(dueAt, booked.DueAt?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Assert.Equal(dueOn, booked.DueOn?.ToString("O", CultureInfo.InvariantCulture));
        Assert.Equal(worked, facts.OfType<ActivityLogged>().Any());
        Assert.Equal(worked, facts.OfType<HandoffAccepted>().Any());
    }

    [Fact]
    public void The_hubs_own_task_books_nothing_and_an_activity_of_nobody_is_nothing()
    {
        var own = Assert.Single(Read(Rows($$"""{"attributes":{"type":"Task"},"Id":"00T5g00000TaSkAAAA","IsClosed":false,"ActivityDate":"2026-03-05","IntegrationHub_Handoff_Id__c":"h1","WhoId":"{{Lead}}","SystemModstamp":"2026-03-02T10:15:00Z"}""")));
        var nobodys = Assert.Single(Read(Rows("""{"attributes":{"type":"Event"},"Id":"00U5g00000TaSkAAAA","StartDateTime":"2026-03-05T09:30:00Z","SystemModstamp":"2026-03-02T10:15:00Z"}""")));

        Assert.Equal((SourceEventKind.Ignored, SourceEventKind.Ignored), (own.Kind, nobodys.Kind));
    }

    [Fact]
    public void A_done_task_shows_work_and_an_open_one_of_the_hub_is_nothing()
    {
        var done = Read<ActivityEvent>(Rows($$"""{"attributes":{"type":"Task"},"Id":"00T5g00000TaSkAAAA","IsClosed":true,"WhoId":"{{Lead}}","Subject":"Call","SystemModstamp":"2026-03-02T10:15:00Z"}"""));
        var open = Assert.Single(Read(Rows($$"""{"attributes":{"type":"Task"},"Id":"00T5g00000TaSkAAAA","IsClosed":false,"IntegrationHub_Handoff_Id__c":"h1","WhoId":"{{Lead}}","SystemModstamp":"2026-03-02T10:15:00Z"}""")));

        Assert.Equal((true, Lead), (done.ShowsWork, done.People.Single().Id));
        Assert.Equal(SourceEventKind.Ignored, open.Kind);
    }

    [Fact]
    public void Halves_read_as_the_whole()
    {
        Delivery[] wholes =
        [
            Rows([.. Enumerable.Range(0, 5).Select(second => LeadRow($"2026-03-02T10:15:0{second}.000+0000"))]),
            Change($"[{string.Join(',', Enumerable.Range(0, 5).Select(i => ChangeOf("UPDATE", "Lead", Lead).Replace("\"tx\"", $"\"tx{i}\"", StringComparison.Ordinal)))}]"),
            Outbound(MessageOf(string.Concat(Enumerable.Range(0, 5).Select(i => Notification($"04l5g00000N000{i}AAB", "Lead", Lead))))),
        ];

        Assert.All(wholes, whole =>
        {
            var halves = Salesforce.Split(whole);
            Assert.Equal(2, halves.Count);
            Assert.Equal(5, Read(whole).Count);
            Assert.Equal(Read(whole).Select(source => source.DedupeKey), halves.SelectMany(Read).Select(source => source.DedupeKey));
        });
        Assert.Single(Salesforce.Split(Change(ChangeOf("UPDATE", "Lead", Lead))));
        Assert.Single(Salesforce.Split(Outbound(MessageOf(Notification("04l5g00000N0001AAB", "Lead", Lead)))));
    }

    [Theory]
    [InlineData("00D5g000001AbCd", "00D5g000001AbCdEAK")]
    [InlineData("00D5g000001AbCdEAK", "00D5g000001AbCdEAK")]
    [InlineData("0065g00000XyZ01", "0065g00000XyZ01AAF")]
    [InlineData("00Q5g00000AbCdE", "00Q5g00000AbCdEEAV")]
    [InlineData(" 00Q5g00000AbCdEEAV\t", "00Q5g00000AbCdEEAV")]
    [InlineData("00Q5g 00000 AbCdE\u200B", "00Q5g00000AbCdEEAV")]
    [InlineData("00q5g00000abcdeeav", "00Q5g00000AbCdEEAV")]
    [InlineData("00Q5G00000ABCDEEAV", "00Q5g00000AbCdEEAV")]
    [InlineData("00q5g00000abcdeaaa", "00q5g00000abcdeAAA")]
    [InlineData("00Q5g00000AbCdEeav", "00Q5g00000AbCdEEAV")]
    [InlineData("006*", "006*")]
    [InlineData("", "")]
    public void Ids_have_one_form_whatever_way_people_copy_them(string id, string normal) => Assert.Equal(normal, SalesforceId.Normalise(id));

    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("O'Hara", @"'O\'Hara'")]
    [InlineData(@"back\slash", @"'back\\slash'")]
    [InlineData(@"\' OR Name != '", @"'\\\' OR Name != \''")]
    [InlineData("two\r\nlines", @"'two\r\nlines'")]
    public void Text_in_a_query_cannot_end_its_quotes(string text, string quoted) => Assert.Equal(quoted, Soql.Quote(text));

    [Fact]
    public void What_a_row_or_a_change_says_is_empty_is_cleared_and_what_it_does_not_say_is_not_known()
    {
        var row = Read<PersonEvent>(Rows(LeadRow(more: """ "Phone":null,"Email":"" """)));
        var change = Read<PersonEvent>(Change(ChangeOf("UPDATE", "Lead", Lead, """ "Phone":null """)));
        var nulled = Read<PersonEvent>(Change(ChangeOf("UPDATE", "Lead", Lead).Replace("\"changedFields\"", "\"nulledFields\":[\"Phone\"],\"changedFields\"", StringComparison.Ordinal)));
        var deal = Read<DealChangedEvent>(Change(ChangeOf("UPDATE", "Opportunity", "0065g00000XyZ01AAF", """ "Amount":null """)));
        var message = Read<PersonEvent>(Outbound(MessageOf(Notification("04l5g00000N0001AAB", "Lead", Lead))));

        Assert.Equal(("", "", (string?)null), (row.Profile?.Phone, row.Profile?.Email, row.Profile?.Company));
        Assert.Equal(("", ""), (change.Profile?.Phone, nulled.Profile?.Phone));
        Assert.Equal([DealProperty.Amount], deal.Cleared);
        Assert.Null(message.Profile?.Phone);
        Assert.Equal([DealProperty.Amount], FactMapper.ToFacts(deal, "salesforce", Now, null).OfType<DealChanged>().Single().Cleared);
    }

    [Theory]
    [InlineData("[]", """["StageName","LastModifiedDate"]""", false)]
    [InlineData("""["Amount"]""", """["StageName"]""", true)]
    [InlineData("[]", """["StageName","Amount"]""", true)]
    [InlineData("[]", "[]", true)]
    [InlineData("null", "null", true)]
    public void Of_the_nulls_of_a_change_that_names_what_changed_only_those_are_cleared_that_it_names(string nulled, string changed, bool cleared)
    {
        var deal = Read<DealChangedEvent>(Change(ChangeOf("UPDATE", "Opportunity", "0065g00000XyZ01AAF", """ "Amount":null,"OwnerId":null,"StageName":"Qualification" """)
            .Replace("\"changedFields\":[]", $"\"nulledFields\":{nulled},\"changedFields\":{changed}", StringComparison.Ordinal)));

        Assert.Equal(cleared, deal.Cleared.Contains(DealProperty.Amount));
        Assert.Equal(SourceEventKind.DealStageChanged, deal.Kind);
    }

    [Theory]
    [InlineData("0x650004E0", SourceEventKind.ResyncRequired)]
    [InlineData("4-0x02", SourceEventKind.ResyncRequired)]
    [InlineData("Box0x10__c", SourceEventKind.DealStageChanged)]
    public void A_change_that_names_what_was_emptied_by_a_bitmap_makes_the_record_be_read_again(string nulled, SourceEventKind kind) =>
        Assert.Equal(kind, Assert.Single(Read(Change(ChangeOf("UPDATE", "Opportunity", "0065g00000XyZ01AAF", """ "Amount":null,"StageName":"Qualification" """)
            .Replace("\"changedFields\":[]", $"\"nulledFields\":[\"{nulled}\"],\"changedFields\":[\"0x01\"]", StringComparison.Ordinal)))).Kind);

    [Fact]
    public void A_change_brings_names_and_addresses_in_parts()
    {
        var change = Read<PersonEvent>(Change(ChangeOf("UPDATE", "Lead", Lead, """ "Name":{"FirstName":null,"LastName":"Byron"},"Address":{"Country":"DE"} """)));

        Assert.Equal(("", "Byron", "DE"), (change.Profile?.FirstName, change.Profile?.LastName, change.Profile?.Region));
    }

    [Theory]
    [InlineData("000000000000000AAA")]
    [InlineData("00Q*")]
    [InlineData("00Q5g00000AbCdEEAV")]
    public void An_overflow_is_a_gap_of_all_records_whatever_stands_in_the_place_of_an_id(string id) =>
        Assert.Equal("Lead", Read<ResyncEvent>(Change(ChangeOf("GAP_OVERFLOW", "Lead", id))).Gap?.RecordType);

    [Fact]
    public void A_field_with_a_name_or_a_depth_that_Salesforce_does_not_have_costs_little()
    {
        var members = string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"f{i.ToString(CultureInfo.InvariantCulture)}\":1"));
        var body = ChangeOf("UPDATE", "Lead", Lead, $$$""" "{{{new string('A', 200_000)}}}":{{{{members}}}},"B":{"{{{new string('C', 200_000)}}}":{{{{members}}}} },"Status":"Working - Contacted" """);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal("Working - Contacted", Read<StageChangedEvent>(Change(body)).ToStageRaw);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
    }

    [Fact]
    public void A_row_that_is_nested_deep_holds_back_no_other()
    {
        var deep = $"{string.Concat(Enumerable.Repeat("{\"a\":", 200))}1{new string('}', 200)}";
        var page = Rows(LeadRow(more: $""" "Odd__c":{deep} """), LeadRow("2026-03-02T10:16:00Z"));

        Assert.Equal(2, Read(page).Count);
        Assert.Equal(2, Salesforce.Split(page).SelectMany(Read).Count());
    }

    [Theory]
    [InlineData(""" "Email":"ada@example.com" """)]
    [InlineData(""" "Phone":"1" """)]
    public void Whoever_is_met_by_a_change_is_asked_for_and_a_row_says_all(string fields)
    {
        Assert.All(new[] { "Lead", "Contact" }, entity => Assert.True(Read<PersonEvent>(Change(ChangeOf("UPDATE", entity, Lead, fields))).IsPartial));
        Assert.True(Read<PersonEvent>(Outbound(MessageOf(Notification("04l5g00000N0001AAB", "Lead", Lead)))).IsPartial);
        Assert.False(Read<PersonEvent>(Rows(LeadRow(more: fields))).IsPartial);
    }

    [Fact]
    public void A_task_that_a_change_says_is_done_makes_no_lead_of_a_stranger()
    {
        var done = Read<ActivityEvent>(Change(ChangeOf("UPDATE", "Task", "00T5g00000TaSkAAAA", $""" "Status":"Completed","WhoId":"{Lead}" """)));

        Assert.True(done.OnlyIfKnown);
    }

    [Fact]
    public void A_masked_value_is_neither_known_nor_cleared()
    {
        var row = Read<PersonEvent>(Rows(LeadRow(more: """ "Phone":"********","Title":"REDACTED" """)));

        Assert.Equal((null, null), (row.Profile?.Phone, row.Profile?.JobTitle));
    }

    [Fact]
    public void One_transaction_and_sequence_may_stand_for_several_events()
    {
        string[] narrow =
        [
            ChangeOf("UPDATE", "Lead", Lead), ChangeOf("UPDATE", "Contact", "003*"), ChangeOf("GAP_OVERFLOW", "Contact", "003*"), ChangeOf("GAP_OVERFLOW", "Lead", "00Q*"), ChangeOf("UPDATE", "Lead", "00Q5g00000AbCdF"),
            ChangeOf("GAP_OVERFLOW", "Lead", "00Q*").Replace("\"recordIds\":[\"00Q*\"]", "\"recordIds\":[]", StringComparison.Ordinal),
            ChangeOf("GAP_OVERFLOW", "Contact", "00Q*").Replace("\"recordIds\":[\"00Q*\"]", "\"recordIds\":[]", StringComparison.Ordinal),
        ];

        Assert.Equal(narrow.Length, narrow.Select(body => Assert.Single(Read(Change(body))).DedupeKey).Distinct().Count());
    }

    [Theory]
    [InlineData("Account", "UPDATE", "Account UPDATE")]
    [InlineData("Case", "CREATE", "Case CREATE")]
    [InlineData("Lead", "UPDATE", null)]
    public void A_kind_that_is_not_read_is_named(string entity, string type, string? name) => Assert.Equal(name, (Assert.Single(Read(Change(ChangeOf(type, entity, Lead)))) as UnreadEvent)?.VendorKind);

    [Theory]
    [InlineData("DELETE")]
    [InlineData("GAP_DELETE")]
    public void Somebody_who_was_taken_off_an_opportunity_is_told_by_the_role(string type)
    {
        var source = Read<RelationChangedEvent>(Change(ChangeOf(type, "OpportunityContactRole", "00K5g00000AbCdEEAV")));

        Assert.Equal((SourceEventKind.AssociationChanged, true, true), (source.Kind, source.Removed, source.OnlyIfKnown));
        Assert.Equal("00K5g00000AbCdEEAV", source.ExternalIds["opportunityContactRoleId"]);
    }

    [Fact]
    public void An_opportunity_without_an_id_is_parked_and_holds_back_no_other()
    {
        var events = Read(Rows("""{"attributes":{"type":"Opportunity"},"Id":"soon","StageName":"Qualification","SystemModstamp":"2026-03-02T10:15:00Z"}""", LeadRow()));

        Assert.Equal([true, false], events.Select(source => source is UnreadableEvent));
    }

    [Fact]
    public void A_campaign_member_who_responded_met_the_campaign_on_that_day()
    {
        var source = Read<ActivityEvent>(Rows(Member(""" "HasResponded":true,"FirstRespondedDate":"2026-02-27" """)));

        Assert.Equal((Lead, true), (source.People.Single().Id, source.OnlyIfKnown));
        Assert.Equal(new DateTimeOffset(2026, 2, 27, 0, 0, 0, TimeSpan.Zero), source.OccurredAt);
        Assert.Equal((TouchKind.Conversion, "Spring press day", "00v5g00000MemBrAAA"), (source.Touch, source.Campaign, source.TouchId));
        Assert.Equal(
            new ToolCampaign
            {
                Id = "7015g00000CaMpAAAA", Type = "Public Relations", Status = "Completed", Start = new(2025, 9, 1), End = new(2026, 3, 1), Channel = CampaignChannel.Pr,
            },
            source.Known);
    }

    [Fact]
    public void Being_on_a_list_is_no_touch_and_a_deleted_member_takes_it_back()
    {
        Assert.IsType<IgnoredEvent>(Assert.Single(Read(Rows(Member(""" "HasResponded":false """)))));
        var gone = Read<TouchWithdrawnEvent>(Rows(Member(""" "HasResponded":true,"IsDeleted":true """)));

        Assert.Equal("00v5g00000MemBrAAA", gone.TouchId);
        Assert.Equal(gone.TouchId, FactMapper.ToFacts(gone, "salesforce", Now, null).OfType<TouchWithdrawn>().Single().TouchId);
    }

    [Fact]
    public void An_opportunity_says_when_it_closes_and_an_empty_date_is_cleared()
    {
        var deal = Read<DealChangedEvent>(Change(ChangeOf("UPDATE", "Opportunity", "0065g00000XyZ01AAF", """ "CloseDate":"2026-03-31" """)));

        Assert.Equal(new DateOnly(2026, 3, 31), deal.ClosedOn);
        Assert.Equal(new DateOnly(2026, 3, 31), FactMapper.ToFacts(deal, "salesforce", Now, null).OfType<DealChanged>().Single().ClosedOn);
        Assert.Equal([DealProperty.ClosedOn], Read<DealChangedEvent>(Change(ChangeOf("UPDATE", "Opportunity", "0065g00000XyZ01AAF", """ "CloseDate":null """))).Cleared);
    }

    [Fact]
    public void A_question_in_a_task_is_asked_by_its_person()
    {
        var source = Read<ActivityEvent>(Rows($$"""{"attributes":{"type":"Task"},"Id":"00T5g00000TaSkAAAA","WhoId":"{{Lead}}","IsClosed":true,"Subject":"Call","Description":"Nice talk\n#ask Runs on premises?","SystemModstamp":"2026-03-02T10:15:00Z"}"""));

        Assert.Equal([new AskedQuestion("00T5g00000TaSkAAAA", "Runs on premises?")], source.Questions);
    }

    private static string Member(string fields) => $$$"""
        {"attributes":{"type":"CampaignMember"},"Id":"00v5g00000MemBrAAA","LeadId":"{{{Lead}}}","CampaignId":"7015g00000CaMpAAAA","SystemModstamp":"2026-03-02T10:15:00Z",
         "Campaign":{"attributes":{"type":"Campaign"},"Name":"Spring press day","Type":"Public Relations","Status":"Completed","StartDate":"2025-09-01","EndDate":"2026-03-01"},{{{fields}}}}
        """;

    private static IReadOnlyList<SourceEvent> Read(Delivery delivery) => Salesforce.Read(delivery);

    /// <summary>Reads the one event of a delivery.</summary>
    private static T Read<T>(Delivery delivery)
        where T : SourceEvent =>
        Assert.IsAssignableFrom<T>(Assert.Single(Read(delivery)));

    private static Delivery Change(string body, params (string Name, string Value)[] headers) => new()
    {
        Connector = "salesforce", Channel = "cdc", Body = Encoding.UTF8.GetBytes(body), ReceivedAt = Now,
        Headers = headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase),
    };

    private static Delivery Outbound(string body) => Change(body) with { Channel = OutboundChannel };

    private static Delivery Rows(params string[] rows) =>
        Change($$"""{"totalSize":{{rows.Length.ToString(CultureInfo.InvariantCulture)}},"done":true,"records":[{{string.Join(',', rows)}}]}""", (SalesforceConnector.ApiUserHeader, Hub)) with { Channel = Delivery.PollChannel };

    private static string LeadRow(string stamp = "2026-03-02T10:15:00.000+0000", string more = """ "Title":null """, string status = "Open - Not Contacted") =>
        $$"""{"attributes":{"type":"Lead"},"Id":"{{Lead}}","Status":"{{status}}","SystemModstamp":"{{stamp}}",{{more}}}""";

    private static string ChangeOf(string type, string entity, string ids, string fields = """ "Other":1 """, string origin = "com/salesforce/api/rest/60.0") => $$"""
        {"payload":{"ChangeEventHeader":{"entityName":"{{entity}}","recordIds":["{{ids}}"],"changeType":"{{type}}","changeOrigin":"{{origin}}","transactionKey":"tx","sequenceNumber":1,
         "commitTimestamp":1772446500000,"changedFields":[]},{{fields}} } }
        """;

    private static string Notification(string id, string entity, string record) => $"""
        <Notification><Id>{id}</Id><sObject xsi:type="sf:{entity}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>{record}</sf:Id><sf:Status>Working - Contacted</sf:Status></sObject></Notification>
        """;

    private static string MessageOf(string notifications, string organization = "00D5g000001AbCdEAK") => $"""
        <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>
        <notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>{organization}</OrganizationId>{notifications}</notifications></soapenv:Body></soapenv:Envelope>
        """;
}
