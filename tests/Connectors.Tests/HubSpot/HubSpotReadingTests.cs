using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.HubSpot;
using IntegrationHub.Connectors.Tests.Payloads;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.HubSpot;

public sealed class HubSpotReadingTests
{
    private const string Secret = "hs-client-secret-for-tests-0001";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1772446505123);
    private static readonly IWebhookSource HubSpot = Corpus.Connectors.Find<IWebhookSource>("hubspot")!;

    public static TheoryData<string, string, SourceEventKind> Properties => new()
    {
        { "lifecyclestage", "customer", SourceEventKind.StageChanged },
        { "lifecyclestage", "", SourceEventKind.ContactUpdated },
        { "email", "Ada@Example.com", SourceEventKind.EmailChanged },
        { "email", "nobody", SourceEventKind.ContactUpdated },
        { "hs_email_optout", "true", SourceEventKind.ConsentUnsubscribed },
        { "hs_email_optout", "false", SourceEventKind.ConsentSubscribed },
        { "hs_email_optout", "", SourceEventKind.ContactUpdated },
        { "recent_conversion_event_name", "Price list", SourceEventKind.Activity },
        { "firstname", "Ada", SourceEventKind.ContactUpdated },
        { "hs_lead_status", "CONNECTED", SourceEventKind.ContactUpdated },
        { "favourite_colour", "blue", SourceEventKind.ContactUpdated },
    };

    [Theory]
    [MemberData(nameof(Properties))]
    public void A_property_of_a_contact_is_read_for_what_it_is(string name, string value, SourceEventKind kind) =>
        Assert.Equal(kind, Assert.Single(Read(Event("contact.propertyChange", $""" "objectId":1,"propertyName":"{name}","propertyValue":"{value}" """))).Kind);

    [Fact]
    public void An_address_is_brought_to_its_one_form()
    {
        var changed = Read<EmailChangedEvent>(Event("contact.propertyChange", """ "objectId":1,"propertyName":"email","propertyValue":" Ada@Example.COM " """));

        Assert.Equal("ada@example.com", changed.SubjectEmail);
        Assert.Equal("ada@example.com", changed.Profile?.Email);
    }

    [Fact]
    public void A_lead_status_that_only_somebody_at_work_sets_shows_work()
    {
        Assert.True(Read<ContactUpdatedEvent>(Event("contact.propertyChange", """ "objectId":1,"propertyName":"hs_lead_status","propertyValue":"IN_PROGRESS" """)).ShowsWork);
        Assert.False(Read<ContactUpdatedEvent>(Event("contact.propertyChange", """ "objectId":1,"propertyName":"hs_lead_status","propertyValue":"NEW" """)).ShowsWork);
    }

    [Theory]
    [InlineData("company.creation", """ "objectId":7 """)]
    [InlineData("object.creation", """ "objectId":7,"objectTypeId":"0-5" """)]
    [InlineData("contact.somethingNew", """ "objectId":7 """)]
    [InlineData("contact.creation", """ "objectId":null """)]
    [InlineData("contact.associationChange", """ "associationType":"CONTACT_TO_COMPANY","fromObjectId":1,"toObjectId":2 """)]
    [InlineData("nonsense", """ "objectId":7 """)]
    public void What_the_hub_does_not_need_is_ignored_and_not_refused(string type, string rest) =>
        Assert.Equal(SourceEventKind.Ignored, Assert.Single(Read(Event(type, rest))).Kind);

    [Theory]
    [InlineData("1772789400000", "2026-03-06T09:30:00Z")]
    [InlineData("", null)]
    [InlineData("soon", null)]
    [InlineData("999999999999999", null)]
    public void The_next_activity_of_a_contact_is_one_booking_that_moves(string value, string? dueAt)
    {
        var source = Read<ContactUpdatedEvent>(Event("contact.propertyChange", $""" "objectId":1,"propertyName":"notes_next_activity_date","propertyValue":"{value}" """));

        Assert.Equal(new Booking("next", dueAt is null ? null : DateTimeOffset.Parse(dueAt, System.Globalization.CultureInfo.InvariantCulture), null), source.Booking);
    }

    [Fact]
    public void The_older_name_of_the_type_and_ids_as_text_and_numbers_as_values_are_understood()
    {
        var created = Assert.Single(Read("""[{"eventId":"1","portalId":"62515","occurredAt":1772446500000,"eventType":"contact.creation","objectId":"9007199254740993"}]"""));
        var amount = Read<DealChangedEvent>(Event("deal.propertyChange", """ "objectId":1,"propertyName":"amount","propertyValue":12.5 """));

        Assert.Equal("9007199254740993", Assert.Single(created.People).Id);
        Assert.Equal(12.5m, amount.Amount);
    }

    [Fact]
    public void A_change_from_a_contacts_side_of_an_association_names_the_same_deal_and_contact()
    {
        var linked = Read<AssociationRemovedEvent>(Event("contact.associationChange", """ "associationType":"CONTACT_TO_DEAL","fromObjectId":1202,"toObjectId":5501,"associationRemoved":true """));

        Assert.Equal("5501", linked.DealId);
        Assert.Equal(IdentityKey.Person("hubspot", "1202"), Assert.Single(linked.People));
    }

    [Fact]
    public void Merged_deals_are_gone_but_for_the_one_that_is_left_which_is_read_again()
    {
        var events = Read(Event("deal.merge", """ "objectId":1,"primaryObjectId":1,"mergedObjectIds":[2,3],"newObjectId":4 """));

        Assert.Equal(
            [("4", SourceEventKind.ResyncRequired), ("1", SourceEventKind.DealDeleted), ("2", SourceEventKind.DealDeleted), ("3", SourceEventKind.DealDeleted)],
            events.Select(source => (DealOf(source)!, source.Kind)));
        Assert.Equal(4, events.Select(source => source.DedupeKey).Distinct().Count());
    }

    [Fact]
    public void A_merge_names_the_record_that_is_left_and_every_other_as_merged()
    {
        var merge = Read<ContactMergedEvent>(Event("contact.merge", """ "objectId":1,"primaryObjectId":1,"mergedObjectIds":[2],"newObjectId":3 """));

        Assert.Equal(IdentityKey.Person("hubspot", "3"), Assert.Single(merge.People));
        Assert.Equal(["1", "2"], merge.Merged.Select(record => record.Id));
    }

    [Fact]
    public void Further_addresses_are_keys_as_far_as_they_are_addresses()
    {
        var changed = Read<ContactUpdatedEvent>(Event("contact.propertyChange", """ "objectId":1,"propertyName":"hs_additional_emails","propertyValue":"Ada@Example.com; ;nonsense;countess@example.com" """));

        Assert.Equal(["ada@example.com", "countess@example.com"], changed.FurtherEmails);
    }

    [Fact]
    public void A_restored_contact_is_there_again()
    {
        Assert.True(Read<ContactCreatedEvent>(Event("contact.restore", """ "objectId":1 """)).Restored);
        Assert.False(Read<ContactCreatedEvent>(Event("contact.creation", """ "objectId":1 """)).Restored);
    }

    [Fact]
    public void A_retried_event_is_the_same_and_another_of_the_same_number_is_not()
    {
        var once = """{"eventId":1,"portalId":62515,"occurredAt":1772446500000,"subscriptionType":"contact.creation","objectId":7,"attemptNumber":0}""";

        Assert.Single(Read($"[{once},{once.Replace("\"attemptNumber\":0", "\"attemptNumber\":3", StringComparison.Ordinal)}]"));
        Assert.Equal(2, Read($"[{once},{once.Replace("\"objectId\":7", "\"objectId\":8", StringComparison.Ordinal)}]").Count);
        Assert.Equal(2, Read($"[{once},{once.Replace("1772446500000", "1772446500001", StringComparison.Ordinal)}]").Count);
    }

    [Theory]
    [InlineData("[]", DeliveryVerdict.Accepted, 0)]
    [InlineData("""[{"portalId":62515,"subscriptionType":"contact.creation","objectId":1}]""", DeliveryVerdict.Accepted, 1)]
    [InlineData("""[{"portalId":62515,"subscriptionType":"contact.creation","objectId":1},{"portalId":1,"subscriptionType":"contact.creation","objectId":2}]""", DeliveryVerdict.Accepted, 1)]
    [InlineData("""[{"portalId":1,"subscriptionType":"contact.creation","objectId":2}]""", DeliveryVerdict.NotOurs, 0)]
    public void A_signed_delivery_is_let_in_by_its_form_and_portal(string body, DeliveryVerdict verdict, int events)
    {
        var check = HubSpot.Check(Signed(body), Now);

        Assert.Equal((verdict, events), (check.Verdict, check.Events));
        Assert.Equal(body.Contains("\"objectId\":2", StringComparison.Ordinal) ? 1 : 0, check.Foreign);
        Assert.DoesNotContain(Secret, check.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("""{"portalId":62515,"subscriptionType":"contact.creation","objectId":"seven"}""")]
    [InlineData("""{"portalId":62515,"subscriptionType":"contact.propertyChange","objectId":7,"propertyName":"company","propertyValue":{}}""")]
    public void An_element_that_is_no_event_is_marked_and_holds_back_no_other(string element)
    {
        var body = $$"""[{"portalId":62515,"subscriptionType":"contact.creation","objectId":1},{{element}}]""";

        Assert.Equal(DeliveryVerdict.Accepted, HubSpot.Check(Signed(body), Now).Verdict);
        Assert.Equal([false, true], Read(body).Select(source => source is UnreadableEvent));
    }

    [Fact]
    public void Events_of_another_portal_are_not_read() =>
        Assert.Equal("1", Assert.Single(Assert.Single(Read("""
            [{"portalId":62515,"subscriptionType":"contact.creation","objectId":1},{"portalId":1,"subscriptionType":"contact.creation","objectId":2}]
            """)).People).Id);

    [Fact]
    public void What_cannot_be_read_says_so_without_its_content()
    {
        var unreadable = Assert.Throws<UnreadableDeliveryException>(() => HubSpot.Read(Signed("{\"secret\":\"ada@example.com\"}")));

        Assert.DoesNotContain("ada@example.com", unreadable.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0-3", "0-1", 51001, 41001)]
    [InlineData("0-1", "0-3", 41001, 51001)]
    public void The_generic_form_of_an_association_means_what_the_classic_one_means(string from, string to, long fromId, long toId)
    {
        var linked = Read<AssociationRemovedEvent>(Event("object.associationChange", $""" "fromObjectTypeId":"{from}","toObjectTypeId":"{to}","fromObjectId":{fromId},"toObjectId":{toId},"associationRemoved":true """));

        Assert.Equal((SourceEventKind.AssociationChanged, "51001"), (linked.Kind, linked.DealId));
        Assert.Equal(IdentityKey.Person("hubspot", "41001"), Assert.Single(linked.People));
    }

    [Theory]
    [InlineData("deal_to_contact", 51001, 41001)]
    [InlineData("DEAL_TO_CONTACT_UNLABELED", 51001, 41001)]
    [InlineData("CONTACT_TO_DEAL", 41001, 51001)]
    public void The_name_of_an_association_may_have_a_label_and_any_case(string name, long fromId, long toId)
    {
        var linked = Read<AssociationAddedEvent>(Event("contact.associationChange", $""" "associationType":"{name}","fromObjectId":{fromId},"toObjectId":{toId} """));

        Assert.Equal((SourceEventKind.AssociationChanged, "51001", "41001"), (linked.Kind, linked.DealId, linked.People.Single().Id));
    }

    [Theory]
    [InlineData("propertyChange", """ "objectId":7,"propertyName":"email","propertyValue":"ada@example.com" """, true)]
    [InlineData("propertyChange", """ "objectId":7,"propertyName":"hs_email_optout","propertyValue":"true" """, true)]
    [InlineData("merge", """ "objectId":7,"primaryObjectId":7,"mergedObjectIds":[8],"newObjectId":9 """, true)]
    [InlineData("restore", """ "objectId":7 """, true)]
    [InlineData("deletion", """ "objectId":7 """, false)]
    [InlineData("privacyDeletion", """ "objectId":7 """, false)]
    public void Whoever_is_met_by_any_event_but_their_deletion_is_asked_for(string change, string rest, bool asked) =>
        Assert.Equal(asked, Read<PersonEvent>(Event($"contact.{change}", rest)).IsPartial);

    [Fact]
    public void A_value_that_is_nested_deep_holds_back_no_other()
    {
        var deep = $"{string.Concat(Enumerable.Repeat("{\"a\":", 200))}1{new string('}', 200)}";
        var body = $$"""
            [{"portalId":62515,"subscriptionType":"contact.creation","objectId":1},{"portalId":62515,"subscriptionType":"contact.creation","objectId":2,"extra":{{deep}}},
             {"portalId":62515,"subscriptionType":"contact.propertyChange","objectId":3,"propertyName":"company","propertyValue":{{deep}}}]
            """;

        Assert.Equal(DeliveryVerdict.Accepted, HubSpot.Check(Signed(body), Now).Verdict);
        Assert.Equal([false, false, true], Read(body).Select(source => source is UnreadableEvent));
        Assert.Equal(3, HubSpot.Split(Signed(body)).SelectMany(HubSpot.Read).Count());
    }

    [Fact]
    public void A_title_with_asterisks_is_no_mask()
    {
        var visited = Read<ActivityEvent>(Event("contact.propertyChange", """ "objectId":1,"propertyName":"recent_conversion_event_name","propertyValue":"*** Price list ***" """));

        Assert.Equal("*** Price list ***", visited.Detail);
    }

    [Theory]
    [InlineData("creation", """ "objectId":7 """)]
    [InlineData("propertyChange", """ "objectId":7,"propertyName":"firstname","propertyValue":"Ada" """)]
    [InlineData("propertyChange", """ "objectId":7,"propertyName":"amount","propertyValue":"5" """)]
    [InlineData("deletion", """ "objectId":7 """)]
    [InlineData("restore", """ "objectId":7 """)]
    [InlineData("merge", """ "primaryObjectId":7,"mergedObjectIds":[8],"newObjectId":9 """)]
    public void Every_generic_form_means_what_the_classic_one_means(string change, string rest)
    {
        foreach (var (name, number) in new[] { ("contact", "0-1"), ("deal", "0-3"), ("contact", "CONTACT"), ("deal", "deals") })
        {
            var classic = Read(Event($"{name}.{change}", rest));
            var generic = Read(Event($"object.{change}", $""" "objectTypeId":"{number}",{rest}"""));

            Assert.Equal(classic.Select(What), generic.Select(What));
            Assert.All(classic, source => Assert.NotEqual(SourceEventKind.Ignored, source.Kind));
        }

        static object What(SourceEvent source)
        {
            var (person, deal) = (source as PersonEvent, source as DealStateEvent);
            return (source.Kind, DealOf(source), string.Join(',', source.People), string.Join(',', (source as ContactMergedEvent)?.Merged ?? []), person?.Profile, deal?.Amount, deal?.Status);
        }
    }

    [Theory]
    [InlineData("company.creation", """ "objectId":7 """, "company.creation")]
    [InlineData("object.creation", """ "objectId":7,"objectTypeId":"0-5" """, "object.creation 0-5")]
    [InlineData("contact.somethingNew", """ "objectId":7 """, "contact.somethingNew")]
    [InlineData("deal.somethingNew", """ "objectId":7 """, "deal.somethingNew")]
    [InlineData("contact.associationChange", """ "associationType":"CONTACT_TO_COMPANY","fromObjectId":1,"toObjectId":2 """, "contact.associationChange CONTACT_TO_COMPANY")]
    [InlineData("object.associationChange", """ "fromObjectTypeId":"0-1","toObjectTypeId":"0-2","fromObjectId":1,"toObjectId":2 """, "object.associationChange 0-1 0-2")]
    public void A_kind_that_is_not_read_is_named(string type, string rest, string name) => Assert.Equal(name, Read<UnreadEvent>(Event(type, rest)).VendorKind);

    [Fact]
    public void One_event_id_and_time_may_stand_for_several_events()
    {
        string[] narrow =
        [
            Event("contact.propertyChange", """ "objectId":1,"propertyName":"firstname","propertyValue":"Ada" """),
            Event("contact.propertyChange", """ "objectId":1,"propertyName":"firstname","propertyValue":"Augusta" """),
            Event("contact.propertyChange", """ "objectId":1,"propertyName":"lastname","propertyValue":"Ada" """),
            Event("object.propertyChange", """ "objectTypeId":"0-1","objectId":1,"propertyName":"amount","propertyValue":"1" """),
            Event("object.propertyChange", """ "objectTypeId":"0-3","objectId":1,"propertyName":"amount","propertyValue":"1" """),
            Event("contact.associationChange", """ "associationType":"CONTACT_TO_DEAL","fromObjectId":1,"toObjectId":2 """),
            Event("contact.associationChange", """ "associationType":"CONTACT_TO_DEAL","fromObjectId":1,"toObjectId":2,"associationRemoved":true """),
            Event("contact.merge", """ "objectId":1,"primaryObjectId":1,"mergedObjectIds":[2],"newObjectId":4 """),
            Event("contact.merge", """ "objectId":1,"primaryObjectId":1,"mergedObjectIds":[3],"newObjectId":4 """),
        ];

        var keys = narrow.Select(body => Assert.Single(Read(body)).DedupeKey).ToList();

        Assert.Equal(narrow.Length, keys.Distinct().Count());
        Assert.DoesNotContain(keys, key => key.Contains("Augusta", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("contact", "phone", "REDACTED", "true")]
    [InlineData("contact", "phone", "REDACTED", "false")]
    [InlineData("contact", "phone", "*****", "false")]
    [InlineData("contact", "phone", "*****1234", "false")]
    [InlineData("contact", "phone", "+49 *** *** 34", "false")]
    [InlineData("contact", "email", "a***@example.com", "false")]
    [InlineData("contact", "company", "[REDACTED]", "false")]
    [InlineData("contact", "lastname", "anything", "true")]
    [InlineData("contact", "lifecyclestage", "REDACTED", "true")]
    [InlineData("contact", "hs_email_optout", "REDACTED", "true")]
    [InlineData("contact", "notes_next_activity_date", "REDACTED", "true")]
    [InlineData("deal", "amount", "REDACTED", "true")]
    [InlineData("deal", "dealstage", "REDACTED", "true")]
    public void A_withheld_value_is_no_value(string entity, string property, string value, string sensitive)
    {
        var source = Assert.Single(Read(Event($"{entity}.propertyChange", $""" "objectId":1,"propertyName":"{property}","propertyValue":"{value}","isSensitive":{sensitive} """)));

        Assert.Equal(entity == "deal" ? SourceEventKind.DealUpdated : SourceEventKind.ContactUpdated, source.Kind);
        Assert.Equal((null, null, null), ((source as PersonEvent)?.Profile, (source as IStageEvent)?.ToStageRaw, (source as ContactUpdatedEvent)?.Booking));
        Assert.Empty((source as DealStateEvent)?.Cleared ?? []);
    }

    [Fact]
    public void What_was_cleared_is_cleared_and_not_unknown()
    {
        Assert.Equal([DealProperty.Amount], Cleared<DealChangedEvent>("deal", "amount").Cleared);
        Assert.Equal([DealProperty.Currency], Cleared<DealChangedEvent>("deal", "deal_currency_code").Cleared);
        Assert.Equal([DealProperty.Owner], Cleared<DealChangedEvent>("deal", "hubspot_owner_id").Cleared);
        Assert.Equal("", Cleared<ContactUpdatedEvent>("contact", "phone").Profile?.Phone);
        Assert.Equal("", Cleared<ContactUpdatedEvent>("contact", "email").Profile?.Email);
        Assert.True(Cleared<ContactUpdatedEvent>("contact", "hubspotscore").ScoreCleared);

        static T Cleared<T>(string entity, string property)
            where T : SourceEvent =>
            Read<T>(Event($"{entity}.propertyChange", $""" "objectId":1,"propertyName":"{property}","propertyValue":"" """));
    }

    [Theory]
    [InlineData("1774915200000")]
    [InlineData("2026-03-31T00:00:00.000Z")]
    public void A_deal_says_when_and_why_it_was_closed(string at)
    {
        Assert.Equal(new DateOnly(2026, 3, 31), Changed("closedate", at).ClosedOn);
        Assert.Equal("Too expensive", Changed("closed_lost_reason", "Too expensive").LostReason);
        Assert.Equal([DealProperty.ClosedOn], Changed("closedate", "").Cleared);
        Assert.Equal([DealProperty.LostReason], Changed("closed_lost_reason", "").Cleared);

        static DealChangedEvent Changed(string property, string value) =>
            Read<DealChangedEvent>(Event("deal.propertyChange", $""" "objectId":1,"propertyName":"{property}","propertyValue":"{value}" """));
    }

    [Fact]
    public void A_conversion_is_the_campaign_of_its_name()
    {
        var source = Read<ActivityEvent>(Event("contact.propertyChange", """ "objectId":1,"propertyName":"recent_conversion_event_name","propertyValue":"Webinar 2026: Sign up" """));

        Assert.Equal(("Webinar 2026: Sign up", false), (source.Campaign, source.AsksRecord));
    }

    private static IReadOnlyList<SourceEvent> Read(string body) => HubSpot.Read(Signed(body));

    /// <summary>Reads the one event of a body.</summary>
    private static T Read<T>(string body)
        where T : SourceEvent =>
        Assert.IsAssignableFrom<T>(Assert.Single(Read(body)));

    private static string? DealOf(SourceEvent source) => source is DealEvent deal ? deal.DealId : (source as ResyncEvent)?.DealId;

    private static string Event(string type, string rest) =>
        $$"""[{"eventId":1,"portalId":62515,"occurredAt":1772446500000,"subscriptionType":"{{type}}",{{rest}}}]""";

    private static Delivery Signed(string body)
    {
        const string url = "https://hub.example.com/api/webhooks/hubspot";
        var timestamp = Now.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new()
        {
            Connector = "hubspot",
            PublicUrl = new(url),
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                [HubSpotSignature.TimestampHeader] = timestamp,
                [HubSpotSignature.SignatureHeader] = HubSpotSignature.Sign(Secret, "POST", url, Encoding.UTF8.GetBytes(body), timestamp),
            },
            Body = Encoding.UTF8.GetBytes(body),
            ReceivedAt = Now,
        };
    }
}
