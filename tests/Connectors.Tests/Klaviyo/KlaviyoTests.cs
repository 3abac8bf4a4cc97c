using System.Collections.Immutable;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Klaviyo;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Klaviyo;

public sealed class KlaviyoTests
{
    private const string Timestamp = "Mon, 02 Mar 2026 10:15:01 GMT";
    private const string WebhookId = "a8b89045c0de";

    private const string Vector =
        """{"data":[{"external_id":"9zHubEvt0qx","topic":"event:klaviyo.opened_email","payload":{"data":{"type":"event","id":"9zHubEvt0qx","attributes":{"timestamp":1772446500}}}}],"meta":{"klaviyo_account_id":"XyZ123","klaviyo_webhook_id":"a8b89045c0de","timestamp":"2026-03-02T10:15:01+00:00"}}""";

    private static readonly DateTimeOffset SentAt = new(2026, 3, 2, 10, 15, 1, TimeSpan.Zero);

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "Klaviyo", ["BaseUrl"] = "https://vendor.test", ["ApiKey"] = "pk-0001", ["AccountId"] = "XyZ123",
        ["WebhookSecret"] = "kl-webhook-secret-0001, the-next-secret", ["WriteStageProperty"] = "funnel_stage", ["NoteProperty"] = "sales_note",
        ["WriteProfile"] = "phone,company", ["TopicMap:event:klaviyo.opened_email"] = "click",
    };

    private static readonly IdentityKey Ana = IdentityKey.Person("klaviyo", "01A");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1772446501")]
    [InlineData("Mon, 02 Mar 2026 10:15:01 +0000")]
    [InlineData("2026-03-02T10:15:01Z")]
    public void A_time_of_another_form_is_forged(string timestamp)
    {
        var delivery = Signed(Vector);
        var headers = new Dictionary<string, string>(delivery.Headers)
        {
            [KlaviyoSignature.TimestampHeader] = timestamp,
            [KlaviyoSignature.SignatureHeader] = KlaviyoSignature.Sign("kl-webhook-secret-0001", Encoding.UTF8.GetBytes(Vector), timestamp),
        };

        Assert.Equal(DeliveryVerdict.Forged, Connect().Check(delivery with { Headers = headers }, SentAt).Verdict);
    }

    [Fact]
    public void The_id_of_the_webhook_in_the_header_must_be_in_the_body() =>
        Assert.Equal(DeliveryVerdict.Forged, Connect().Check(Signed("""{"data":[],"meta":{"klaviyo_account_id":"XyZ123"}}"""), SentAt).Verdict);

    [Fact]
    public void Other_required_settings_are_named()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Connectors:klaviyo:Type", "Klaviyo")]).Build();

        var faults = Assert.Throws<IntegrationHub.Connectors.Settings.InvalidSettingsException>(() => new ServiceCollection().AddConnectors(settings));

        Assert.All(new[] { "Connectors:klaviyo:ApiKey", "Connectors:klaviyo:AccountId" }, key => Assert.Contains(key, faults.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_body_and_then_the_time_are_signed() =>
        Assert.Equal("0a22fbce5aefa79790a5390b2a4980dab5c52228b84e3d9e10cf6806d776ce39", KlaviyoSignature.Sign("kl-webhook-secret-0001", Encoding.UTF8.GetBytes(Vector), Timestamp));

    [Theory]
    [InlineData("event:klaviyo.bounced_email", "{}", SourceEventKind.ConsentBounced)]
    [InlineData("event:klaviyo.active_on_site", "{}", SourceEventKind.Activity)]
    [InlineData("event:klaviyo.received_email", "{}", SourceEventKind.Ignored)]
    [InlineData("event:klaviyo.something_new", "{}", SourceEventKind.Ignored)]
    [InlineData("event:api.funnel_stage_changed", """{"stage":"interest"}""", SourceEventKind.StageChanged)]
    [InlineData("event:api.funnel_stage_changed", """{"stage":{"odd":1}}""", SourceEventKind.Ignored)]
    [InlineData("event:klaviyo.opened_email", "[]", SourceEventKind.Activity)]
    public void A_topic_means_what_its_map_says(string topic, string properties, SourceEventKind kind) =>
        Assert.Equal(kind, Assert.Single(Read(Event("e1", topic, properties))).Kind);

    [Fact]
    public void The_map_of_topics_goes_beside_and_over_the_usual_one() =>
        Assert.Equal(TouchKind.Click, Assert.IsType<ActivityEvent>(Assert.Single(Read(Event("e1", "event:klaviyo.opened_email", "{}")))).Touch);

    [Fact]
    public void An_event_that_cannot_be_read_is_marked_and_its_neighbours_are_read()
    {
        var events = Read("7", "{}", Event("e1", "event:klaviyo.clicked_email", "{}"), Event("e1", "event:klaviyo.clicked_email", "{}"));

        Assert.Equal([typeof(UnreadableEvent), typeof(UnreadableEvent), typeof(ActivityEvent)], events.Select(source => source.GetType()));
    }

    [Fact]
    public void A_withheld_value_is_not_known()
    {
        var read = Assert.IsAssignableFrom<PersonEvent>(Assert.Single(Read(Event("e1", "event:klaviyo.clicked_email", "{}", """{"email":"a***@example.com","first_name":"REDACTED","last_name":"Ruiz"}"""))));

        Assert.Null(read.SubjectEmail);
        Assert.Equal((null, "Ruiz"), (read.Profile!.FirstName, read.Profile.LastName));
        Assert.Equal(["email"], read.NeedsEnrichment);
    }

    [Fact]
    public async Task A_missing_address_is_read_once_for_all_events_of_a_profile()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"data":{"attributes":{"email":"Ana@Example.com"}}}"""));
        var events = Read(Event("e1", "event:klaviyo.clicked_email", "{}", "{}"), Event("e2", "event:klaviyo.clicked_email", "{}", "{}"));

        var enriched = await vendor.Connect<IEventEnricher>("klaviyo", Settings).EnrichAsync(events, Stop);

        Assert.All(enriched, source => Assert.Equal("ana@example.com", source.SubjectEmail));
        Assert.Equal("Klaviyo-API-Key pk-0001", Assert.Single(vendor.Calls).Authorization);
    }

    [Fact]
    public async Task A_wish_is_compared_and_only_the_differences_are_written_an_opt_out_first()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json(
            """{"data":{"attributes":{"email":"ana@example.com","organization":"Acme","phone_number":null,"properties":{"funnel_stage":"Interest"},"subscriptions":{"email":{"marketing":{"consent":"SUBSCRIBED"}}}}}}"""));
        var klaviyo = vendor.Connect<IPersonTarget>("klaviyo", Settings);
        var wish = new PersonWish
        {
            Stage = FunnelStage.Evaluation, OptedOut = true,
            Profile = new Dictionary<PersonProperty, string> { [PersonProperty.Company] = "Acme", [PersonProperty.Phone] = "+49 30 1" }.ToImmutableDictionary(),
        };

        Assert.True(await klaviyo.WriteAsync(Ana, wish, Stop));

        var writes = vendor.Calls.Where(call => call.Method != "GET").ToList();
        Assert.Equal(["/api/profile-subscription-bulk-delete-jobs", "/api/profile-import"], writes.Select(call => call.Path));
        Assert.Contains("\"consent\":\"UNSUBSCRIBED\"", writes[0].Body, StringComparison.Ordinal);
        Assert.Equal("""{"data":{"id":"01A","attributes":{"phone_number":"\u002B49 30 1","properties":{"funnel_stage":"Evaluation"}},"type":"profile"}}""", writes[1].Body);
    }

    [Fact]
    public async Task Nothing_is_written_to_a_profile_that_is_as_wished_or_gone()
    {
        using var same = new VendorStub(_ => VendorStub.Json("""{"data":{"attributes":{"email":"a@example.com","properties":{"funnel_stage":"evaluation"}}}}"""));
        using var gone = new VendorStub(_ => VendorStub.Json("{}", System.Net.HttpStatusCode.NotFound));

        Assert.False(await same.Connect<IPersonTarget>("klaviyo", Settings).WriteStageAsync(Ana, FunnelStage.Evaluation, Stop));
        Assert.Null(await gone.Connect<IPersonTarget>("klaviyo", Settings).PlanAsync(Ana, new() { Stage = FunnelStage.Evaluation }, Stop));
        Assert.False(await gone.Connect<INoteTarget>("klaviyo", Settings).WriteNoteAsync(Ana, new("n1", SentAt, ["Budget moved"]), Stop));
    }

    private static IWebhookSource Connect()
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("A delivery needs no call."));
        return vendor.Connect<IWebhookSource>("klaviyo", Settings);
    }

    private static IReadOnlyList<SourceEvent> Read(params string[] events) => Connect().Read(Signed(Body(events)));

    private static string Body(params string[] events) =>
        $$$"""{"data":[{{{string.Join(',', events)}}}],"meta":{"klaviyo_account_id":"XyZ123","klaviyo_webhook_id":"{{{WebhookId}}}"}}""";

    private static string Event(string id, string topic, string properties, string profile = """{"email":"ana@example.com"}""") =>
        """{"external_id":"ID","topic":"TOPIC","payload":{"data":{"attributes":{"timestamp":1772446500,"event_properties":PROPERTIES},"relationships":{"profile":{"data":{"id":"01A"}}}},"included":[{"type":"profile","id":"01A","attributes":PROFILE}]}}"""
            .Replace("ID", id, StringComparison.Ordinal).Replace("TOPIC", topic, StringComparison.Ordinal)
            .Replace("PROPERTIES", properties, StringComparison.Ordinal).Replace("PROFILE", profile, StringComparison.Ordinal);

    private static Delivery Signed(string body, string secret = "kl-webhook-secret-0001") => new()
    {
        Connector = "klaviyo", Body = Encoding.UTF8.GetBytes(body), ReceivedAt = SentAt,
        Headers = new Dictionary<string, string>
        {
            [KlaviyoSignature.SignatureHeader] = KlaviyoSignature.Sign(secret, Encoding.UTF8.GetBytes(body), Timestamp),
            [KlaviyoSignature.TimestampHeader] = Timestamp,
            [KlaviyoSignature.WebhookHeader] = WebhookId,
        },
    };
}
