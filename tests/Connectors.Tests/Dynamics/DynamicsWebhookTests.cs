using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Dynamics;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.Dynamics;

public sealed class DynamicsWebhookTests : WebhookSuite
{
    private const string Header = "x-hub-key";

    protected override string Vendor => "dynamics";

    protected override string SecretSetting => "WebhookSecret";

    protected override string Body =>
        """{"MessageName":"Create","PrimaryEntityName":"lead","PrimaryEntityId":"11111111-0006-4000-8000-000000000001","OrganizationId":"c0000000-0003-4000-8000-00000000000c","OperationId":"0f000000-0010-4000-8000-000000000001","OperationCreatedOn":"\/Date(1772446500000+0000)\/","InputParameters":[{"key":"Target","value":{"Id":"11111111-0006-4000-8000-000000000001","LogicalName":"lead","Attributes":[{"key":"emailaddress1","value":"ana@example.com"}]}}]}""";

    protected override string UnknownKind => Body.Replace("\"lead\"", "\"account\"", StringComparison.Ordinal);

    protected override IReadOnlyList<string> Malformed =>
        ["", "{}", "[]", "7", "null", "not JSON", "{", "<RemoteExecutionContext/>", """{"MessageName":"Create"}""", """{"PrimaryEntityName":"lead"}""", """{"MessageName":{},"PrimaryEntityName":[]}"""];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt) => Deliver(body, (Header, secret));

    protected override IEnumerable<Delivery> SendOfOthers(string secret) =>
        [Send(Body.Replace("00000000000c\"", "00000000000d\"", StringComparison.Ordinal), secret, SentAt)];

    [Theory]
    [InlineData("?code=the-present-secret", DeliveryVerdict.Accepted)]
    [InlineData("?x=1&code=the-present-secret", DeliveryVerdict.Accepted)]
    [InlineData("?code=the-present-secret&code=the-present-secret", DeliveryVerdict.Forged)]
    [InlineData("?code=", DeliveryVerdict.Forged)]
    [InlineData("?key=the-present-secret", DeliveryVerdict.Forged)]
    [InlineData("?code=the-former-secret", DeliveryVerdict.Forged)]
    [InlineData("", DeliveryVerdict.Forged)]
    public void The_secret_may_stand_in_the_address(string query, DeliveryVerdict verdict)
    {
        var delivery = Deliver(Body) with { PublicUrl = new($"https://hub.example.com/api/webhooks/dynamics{query}") };

        AssertVerdict(verdict, delivery, Connect());
        Assert.Equal(verdict == DeliveryVerdict.Accepted, Connect().Precheck(delivery with { Body = default }, SentAt) is null);
        Assert.Null(Connect().WithoutSecrets(delivery).PublicUrl);
    }

    [Fact]
    public void A_wrong_header_is_not_made_good_by_the_address() => AssertVerdict(
        DeliveryVerdict.Forged, Deliver(Body, (Header, "wrong")) with { PublicUrl = new("https://hub.example.com/api/webhooks/dynamics?code=the-present-secret") }, Connect());

    [Theory]
    [InlineData("Create", true)]
    [InlineData("Update", true)]
    [InlineData("Delete", false)]
    public void A_message_that_was_too_large_asks_for_its_record(string message, bool isAsked)
    {
        var whole = Body.Replace("Create", message, StringComparison.Ordinal);
        var stripped = whole[..whole.IndexOf(",\"InputParameters\"", StringComparison.Ordinal)] + "}";
        var source = Connect();

        var byHeader = With(Send(whole, "the-present-secret", SentAt), DynamicsConnector.OversizeHeader, "true");
        var byBody = Send(stripped, "the-present-secret", SentAt);

        Assert.All(new[] { byHeader, byBody }, delivery =>
        {
            AssertVerdict(DeliveryVerdict.Accepted, delivery, source);
            var read = Assert.Single(source.Read(source.WithoutSecrets(delivery)));
            Assert.Equal(isAsked, read is ResyncEvent);
            Assert.Equal("lead:11111111-0006-4000-8000-000000000001", Assert.Single(read.People).Id);
        });
    }
}
