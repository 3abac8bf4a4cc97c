using System.Collections.Immutable;
using System.Net;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Mautic;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Mautic;

public sealed class MauticTests
{
    private const string Vector =
        """{"mautic.lead_points_change":[{"contact":{"id":52,"fields":{"core":{"email":{"value":"zo\u00eb@example.com"},"website":{"value":"https:\/\/example.com\/x"}}}},"points":{"old_points":5,"new_points":20},"timestamp":"2026-03-02T10:15:00+00:00"}]}""";

    private const string Contact =
        """{"contact":{"id":52,"fields":{"core":{"company":{"value":"Acme"},"phone":{"value":null}},"all":{"company":"Acme"}},"stage":{"id":2,"name":"Interest"},"doNotContact":[]}}""";

    private static readonly DateTimeOffset SentAt = new(2026, 3, 2, 10, 15, 1, TimeSpan.Zero);

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "Mautic", ["BaseUrl"] = "https://mautic.test", ["WebhookSecret"] = "s", ["ClientId"] = "id", ["ClientSecret"] = "secret",
        ["WriteStage:Evaluation"] = "Demo", ["StageMap:Demo"] = "evaluation", ["WriteStage:Interest"] = "Interest", ["WriteProfile"] = "phone,company",
    };

    private static readonly IdentityKey Zoe = IdentityKey.Person("mautic", "52");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void The_body_is_signed_as_it_is_written() =>
        Assert.Equal("84Qo4/EV9dd51KPtJLgkv+HWDX27zjI60zFJbUM1fN0=", MauticSignature.Sign("mautic-webhook-secret-0001", Encoding.UTF8.GetBytes(Vector)));

    [Fact]
    public void A_change_of_points_is_an_activity_with_the_new_score()
    {
        var read = Assert.IsType<ActivityEvent>(Assert.Single(Map(Vector)));

        Assert.Equal(("zoë@example.com", 20m, "points 5 → 20", null), (read.SubjectEmail, read.Profile!.Score, read.Detail, read.Touch));
    }

    [Theory]
    [InlineData("email", "unsubscribed", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("email", "manual", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("email", "bounced", SourceEventKind.ConsentBounced)]
    [InlineData("email", "contactable", SourceEventKind.ConsentSubscribed)]
    [InlineData("email", "brand_new", SourceEventKind.Ignored)]
    [InlineData("sms", "unsubscribed", SourceEventKind.Ignored)]
    public void A_subscription_counts_for_mail_only(string channel, string status, SourceEventKind kind) =>
        Assert.Equal(kind, Read("lead_channel_subscription_changed", $$""" "channel":"{{channel}}","new_status":"{{status}}" """).Kind);

    [Theory]
    [InlineData("lead_post_save_new", "null", SourceEventKind.ContactCreated, null, FunnelStage.Interest)]
    [InlineData("lead_post_save_new", """{"id":3,"name":"Demo"}""", SourceEventKind.ContactCreated, "Demo", FunnelStage.Evaluation)]
    [InlineData("lead_post_save_update", "null", SourceEventKind.ContactUpdated, null, null)]
    [InlineData("lead_post_save_update", "[]", SourceEventKind.ContactUpdated, null, null)]
    [InlineData("lead_post_save_update", """{"id":3,"name":"demo"}""", SourceEventKind.StageChanged, "demo", FunnelStage.Evaluation)]
    [InlineData("lead_post_save_update", """{"id":3,"name":null}""", SourceEventKind.StageChanged, "3", null)]
    [InlineData("lead_company_change", """{"id":3,"name":"Demo"}""", SourceEventKind.ContactUpdated, null, null)]
    public void A_saved_contact_shows_its_stage(string kind, string stage, SourceEventKind expected, string? raw, FunnelStage? meaning)
    {
        var read = Read(kind, contact: $$"""{"id":52,"stage":{{stage}}}""");

        Assert.Equal((expected, raw, meaning), (read.Kind, (read as IStageEvent)?.ToStageRaw, (read as IStageEvent)?.Stage));
    }

    [Theory]
    [InlineData("1", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("2", SourceEventKind.ConsentBounced)]
    [InlineData("3", SourceEventKind.ConsentUnsubscribed)]
    public void A_saved_contact_who_must_not_be_contacted_has_opted_out(string reason, SourceEventKind kind)
    {
        var events = Map(Body("lead_post_save_update", contact: $$"""{"id":52,"doNotContact":[{"channel":"sms","reason":1},{"channel":"email","reason":{{reason}}}]}"""));

        Assert.Equal([SourceEventKind.ContactUpdated, kind], events.Select(source => source.Kind));
        Assert.Distinct(events.Select(source => source.DedupeKey));
    }

    [Theory]
    [InlineData("email_on_open", """ "stat":{"lead":{"id":52},"email":{"name":"March","subject":"Hello"}} """, TouchKind.Open, FunnelStage.Interest)]
    [InlineData("page_on_hit", """ "hit":{"lead":{"id":52},"url":"https://example.com"} """, TouchKind.PageVisit, FunnelStage.Awareness)]
    [InlineData("form_on_submit", """ "submission":{"id":13,"lead":{"id":52},"form":{"name":"Demo request"}} """, TouchKind.Form, FunnelStage.Interest)]
    public void A_touch_names_its_contact_inside_its_own_record(string kind, string fields, TouchKind touch, FunnelStage stage)
    {
        var read = Assert.IsType<ActivityEvent>(Read(kind, fields, contact: null));

        Assert.Equal((touch, stage, Zoe), (read.Touch, read.Stage, read.People.Single()));
        Assert.True(read.OnlyIfKnown, "A visitor without an address makes no lead.");
    }

    [Theory]
    [InlineData("""[7]""", typeof(UnreadableEvent))]
    [InlineData("""[null]""", typeof(UnreadableEvent))]
    [InlineData("""{"contact":{"id":52}}""", typeof(ContactUpdatedEvent))]
    [InlineData("""[{"contact":[]}]""", typeof(UnreadableEvent))]
    [InlineData("""[{"contact":{"id":null}}]""", typeof(UnreadableEvent))]
    [InlineData("""[{"contact":{"id":{}}}]""", typeof(UnreadableEvent))]
    public void An_event_that_cannot_be_read_is_parked_and_its_neighbours_are_read(string events, Type type)
    {
        var read = Map($$"""{"mautic.lead_post_save_update":{{events}},"mautic.lead_post_delete":[{"id":54,"contact":{"id":null,"fields":[] } }]}""");

        Assert.Equal([type, typeof(ContactDeletedEvent)], read.Select(source => source.GetType()));
        Assert.Equal("54", read[1].ExternalIds["contactId"]);
    }

    [Fact]
    public void A_field_that_is_empty_was_cleared_and_a_missing_or_withheld_one_is_unknown()
    {
        var read = Assert.IsType<ContactUpdatedEvent>(Read("lead_post_save_update", contact:
            """{"id":52,"points":"7","fields":{"core":{"firstname":{"value":null},"lastname":{"value":"***"},"phone":"odd"},"professional":{"position":{"value":"CTO"}},"social":[]}}"""));

        Assert.Equal(("", null, null, "CTO", 7m), (read.Profile!.FirstName, read.Profile.LastName, read.Profile.Phone, read.Profile.JobTitle, read.Profile.Score));
    }

    [Fact]
    public void Two_changes_within_one_second_are_two_events_and_a_repeated_one_is_the_same()
    {
        var webhook = Vector.Replace("[{", "[{\"a\":1},{\"a\":2},{\"a\":1},{", StringComparison.Ordinal).Replace("{\"a\":1}", Points(6), StringComparison.Ordinal).Replace("{\"a\":2}", Points(7), StringComparison.Ordinal);

        Assert.Equal(3, Map(webhook).Count);

        static string Points(int points) => $$$"""{"contact":{"id":52},"points":{"new_points":{{{points}}} },"timestamp":"2026-03-02T10:15:00+00:00"}""";
    }

    [Fact]
    public void A_webhook_that_does_not_name_its_instance_counts_by_its_signature()
    {
        var body = Encoding.UTF8.GetBytes(Vector);
        var delivery = new Delivery
        {
            Connector = "mautic", Body = body, ReceivedAt = SentAt,
            Headers = new Dictionary<string, string> { [MauticSignature.Header] = MauticSignature.Sign("s", body) },
        };

        Assert.Equal(DeliveryVerdict.Accepted, Connect().Check(delivery, SentAt).Verdict);
    }

    [Fact]
    public async Task A_wish_is_compared_and_only_the_differences_are_written_an_opt_out_first()
    {
        using var vendor = Mautic();
        var wish = new PersonWish
        {
            Stage = FunnelStage.Evaluation, OptedOut = true,
            Profile = new Dictionary<PersonProperty, string> { [PersonProperty.Company] = "Acme", [PersonProperty.Phone] = "030" }.ToImmutableDictionary(),
        };

        Assert.True(await vendor.Connect<IPersonTarget>("mautic", Settings).WriteAsync(Zoe, wish, Stop));

        Assert.Equal(
            [
                "GET /api/contacts/52", "POST /api/contacts/52/dnc/email/add", "GET /api/stages", "POST /api/stages/7/contact/52/add",
                """PATCH /api/contacts/52/edit {"phone":"030"}""",
            ],
            vendor.Calls.Select(call => $"{call.Method} {call.Path} {call.Body}".Trim()));
        Assert.All(vendor.Calls, call => Assert.Equal("Bearer granted", call.Authorization));
    }

    [Fact]
    public async Task A_stage_that_Mautic_does_not_have_is_refused_and_one_that_no_map_knows_is_kept()
    {
        using var without = Mautic(stages: """{"total":0,"stages":[]}""");
        using var other = Mautic(contact: Contact.Replace("Interest", "Warteraum", StringComparison.Ordinal));

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(() => without.Connect<IPersonTarget>("mautic", Settings).WriteStageAsync(Zoe, FunnelStage.Evaluation, Stop));
        var kept = await other.Connect<IPersonTarget>("mautic", Settings).PlanAsync(Zoe, new() { Stage = FunnelStage.Evaluation }, Stop);

        Assert.Equal("no_such_stage", refused.ErrorCode);
        Assert.Equal(WriteOutcome.Kept, Assert.Single(kept!.All).Outcome);
    }

    [Fact]
    public async Task Nothing_is_written_to_a_contact_who_is_as_wished_or_gone()
    {
        using var same = Mautic();
        using var gone = new VendorStub(call => call.Path.EndsWith("/token", StringComparison.Ordinal) ? Token() : VendorStub.Json("{}", HttpStatusCode.NotFound));

        Assert.False(await same.Connect<IPersonTarget>("mautic", Settings).WriteAsync(Zoe, new() { Stage = FunnelStage.Interest, OptedOut = false }, Stop));
        Assert.Null(await gone.Connect<IPersonTarget>("mautic", Settings).PlanAsync(Zoe, new() { Stage = FunnelStage.Interest }, Stop));
        Assert.False(await gone.Connect<INoteTarget>("mautic", Settings).WriteNoteAsync(Zoe, new("n1", SentAt, ["Budget moved"]), Stop));
    }

    [Theory]
    [InlineData("""{"notes":[]}""", 1)]
    [InlineData("""{"notes":{"8":{"text":"Budget moved<br>[integration-hub n1]"}}}""", 0)]
    public async Task A_note_is_written_once(string there, int posts)
    {
        using var vendor = new VendorStub(call => call.Path.EndsWith("/token", StringComparison.Ordinal) ? Token() : VendorStub.Json(there));

        Assert.True(await vendor.Connect<INoteTarget>("mautic", Settings).WriteNoteAsync(Zoe, new("n1", SentAt, ["Budget <moved>"]), Stop));

        var written = vendor.Calls.Where(call => call.Method == "POST").ToList();
        Assert.Equal(posts, written.Count);
        Assert.All(written, call => Assert.Equal("Budget &lt;moved&gt;<br><br>[integration-hub n1]", (string?)call.Json["text"]));
    }

    private static VendorStub Mautic(string contact = Contact, string stages = """{"total":2,"stages":{"2":{"id":2,"name":"Interest"},"7":{"id":7,"name":"demo"}}}""") =>
        new(call => call.Path switch
        {
            "/oauth/v2/token" => Token(),
            "/api/stages" => VendorStub.Json(stages),
            "/api/contacts/52" => VendorStub.Json(contact),
            _ => VendorStub.Json("""{"success":1}"""),
        });

    private static HttpResponseMessage Token() => VendorStub.Json("""{"access_token":"granted","expires_in":3600}""");

    private static IWebhookSource Connect()
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("A delivery needs no call."));
        return vendor.Connect<IWebhookSource>("mautic", Settings);
    }

    private static string Body(string kind, string fields = """ "a":1 """, string? contact = """{"id":52}""") =>
        $$"""{"mautic.{{kind}}":[{"contact":{{contact ?? "null"}},"timestamp":"2026-03-02T10:15:00+00:00",{{fields}}}]}""";

    private static SourceEvent Read(string kind, string fields = """ "a":1 """, string? contact = """{"id":52}""") => Assert.Single(Map(Body(kind, fields, contact)));

    private static IReadOnlyList<SourceEvent> Map(string body) => Connect().Read(new()
    {
        Connector = "mautic", Body = Encoding.UTF8.GetBytes(body), ReceivedAt = SentAt, Headers = new Dictionary<string, string>(),
    });
}
