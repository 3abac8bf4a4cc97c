using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.CustomerIo;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.CustomerIo;

public sealed class CustomerIoTests
{
    private const string Timestamp = "1772446501";

    private const string Vector =
        """{"event_id":"01HQZ4M2V9K8Q3T5W7X9Y1A2B3","object_type":"email","metric":"clicked","timestamp":1772446498,"data":{"customer_id":"42","identifiers":{"id":"42","email":"ana@example.com","cio_id":"e1f200000001"},"delivery_id":"dlv-0001-hub"}}""";

    private static readonly DateTimeOffset SentAt = DateTimeOffset.FromUnixTimeSeconds(1772446501);

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "CustomerIo", ["BaseUrl"] = "https://track.test", ["AppBaseUrl"] = "https://app.test", ["SigningKey"] = "cio-signing-key-0001,the-next-key",
        ["SiteId"] = "site", ["ApiKey"] = "track-key", ["AppKey"] = "app-key", ["WriteStageAttribute"] = "funnel_stage", ["NoteAttribute"] = "sales_note",
    };

    private static readonly IdentityKey Ana = IdentityKey.Person("customerio", "cio_e1");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Version_time_and_body_are_signed() =>
        Assert.Equal("5bb5cf59d683d4fc5fc3b280c8abfccda6f9dcaf1bc2cb7d31ae82bea9357f07", CustomerIoSignature.Sign("cio-signing-key-0001", Encoding.UTF8.GetBytes(Vector), Timestamp));

    [Theory]
    [InlineData(CustomerIoSignature.SignatureHeader, "5bb5,5bb5")]
    [InlineData(CustomerIoSignature.TimestampHeader, "+1772446501")]
    [InlineData(CustomerIoSignature.TimestampHeader, " 1772446501")]
    [InlineData(CustomerIoSignature.TimestampHeader, "9999999999999999999")]
    public void A_header_of_another_form_is_forged(string header, string value)
    {
        var delivery = Signed(Vector);
        var headers = new Dictionary<string, string>(delivery.Headers) { [header] = value };

        Assert.Equal(DeliveryVerdict.Forged, Connect().Check(delivery with { Headers = headers }, SentAt).Verdict);
    }

    [Theory]
    [InlineData("email", "opened", SourceEventKind.Activity)]
    [InlineData("email", "unsubscribed", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("customer", "unsubscribed", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("sms", "clicked", SourceEventKind.Activity)]
    [InlineData("email", "sent", SourceEventKind.Ignored)]
    [InlineData("customer", "cio_subscription_preferences_changed", SourceEventKind.Ignored)]
    [InlineData("webhook", "brand_new", SourceEventKind.Ignored)]
    public void A_metric_means_what_the_vendor_says(string about, string metric, SourceEventKind kind) =>
        Assert.Equal(kind, Read($$$"""{"event_id":"1","object_type":"{{{about}}}","metric":"{{{metric}}}","timestamp":1,"data":{"customer_id":"42"}}""").Kind);

    [Fact]
    public void The_former_format_names_object_and_metric_in_one_word()
    {
        var read = Assert.IsType<ActivityEvent>(Read("""{"event_id":"1","event_type":"email_opened","timestamp":1772446500,"data":{"customer_id":"42","email_address":"Ana@Example.com"}}"""));

        Assert.Equal((TouchKind.Open, "ana@example.com"), (read.Touch, read.SubjectEmail));
    }

    [Theory]
    [InlineData("""{"metric":"clicked","object_type":"email","data":{}}""")]
    [InlineData("""{"event_id":"1","object_type":"email","data":{}}""")]
    [InlineData("""{"event_id":{},"object_type":"email","metric":"clicked"}""")]
    public void An_event_without_an_id_or_a_metric_is_parked(string body) => Assert.IsType<UnreadableEvent>(Read(body));

    [Fact]
    public void A_person_without_an_id_is_known_by_their_profile_and_address()
    {
        var read = Read("""{"event_id":"1","object_type":"email","metric":"clicked","data":{"identifiers":{"id":null,"email":null,"cio_id":"e1"},"recipient":"bo@example.com","campaign_id":23}}""");

        Assert.Equal([Ana], read.People);
        Assert.Equal(("bo@example.com", "23", null), (read.SubjectEmail, Assert.IsType<ActivityEvent>(read).Campaign, read.OccurredAt));
    }

    [Fact]
    public async Task A_wish_is_compared_by_the_app_api_and_written_by_the_track_api()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"customer":{"attributes":{"funnel_stage":"Interest","unsubscribed":"false"}}}"""));
        var connector = vendor.Connect<IPersonTarget>("customerio", Settings, app: "customerio-app");

        Assert.True(await connector.WriteAsync(Ana, new() { Stage = FunnelStage.Evaluation, OptedOut = true }, Stop));

        Assert.Equal(["GET https://app.test/v1/customers/e1/attributes?id_type=cio_id Bearer app-key", "PUT https://track.test/api/v1/customers/cio_e1 Basic c2l0ZTp0cmFjay1rZXk="], vendor.Calls.Select(call => $"{call.Method} {call.Url} {call.Authorization}"));
        Assert.Equal("""{"unsubscribed":true,"funnel_stage":"Evaluation"}""", vendor.Calls[1].Body);
    }

    [Fact]
    public void Other_required_settings_are_named()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Connectors:customerio:Type", "CustomerIo")]).Build();

        var faults = Assert.Throws<IntegrationHub.Connectors.Settings.InvalidSettingsException>(() => new ServiceCollection().AddConnectors(settings));

        Assert.All(new[] { "SiteId", "ApiKey", "AppKey" }, key => Assert.Contains($"Connectors:customerio:{key}", faults.Message, StringComparison.Ordinal));
    }

    private static IWebhookSource Connect()
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("A delivery needs no call."));
        return vendor.Connect<IWebhookSource>("customerio", Settings);
    }

    private static SourceEvent Read(string body) => Assert.Single(Connect().Read(Signed(body)));

    private static Delivery Signed(string body, string key = "cio-signing-key-0001") => new()
    {
        Connector = "customerio", Body = Encoding.UTF8.GetBytes(body), ReceivedAt = SentAt,
        Headers = new Dictionary<string, string>
        {
            [CustomerIoSignature.SignatureHeader] = CustomerIoSignature.Sign(key, Encoding.UTF8.GetBytes(body), Timestamp),
            [CustomerIoSignature.TimestampHeader] = Timestamp,
        },
    };
}
