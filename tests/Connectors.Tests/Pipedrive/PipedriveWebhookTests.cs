using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Pipedrive;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.Pipedrive;

public sealed class PipedriveWebhookTests : WebhookSuite
{
    protected override string Vendor => "pipedrive";

    protected override string SecretSetting => "WebhookPassword";

    protected override string Body =>
        """{"data":{"id":8,"first_name":"Ana","emails":[{"primary":true,"value":"ana@example.com"}]},"previous":null,"meta":{"action":"create","entity":"person","entity_id":"8","company_id":"7000001","id":"00000001-a1b2-4c3d-8e4f-102030405060","timestamp":"2026-03-02T10:15:00.000Z","version":"2.0"}}""";

    protected override string UnknownKind => Body.Replace("\"person\"", "\"product\"", StringComparison.Ordinal);

    protected override IReadOnlyList<string> Malformed =>
        ["", "{}", "[]", "7", "null", "not JSON", "{", """{"meta":{}}""", """{"meta":{"action":"create"}}""", """{"meta":[],"data":{}}""", """{"meta":{"entity":"deal"}}"""];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt) => Deliver(body, (PipedriveSignature.Header, Basic($"hub-pipedrive:{secret}")));

    protected override IEnumerable<Delivery> SendOfOthers(string secret) =>
        new[] { "\"7000002\"", "7000002", "\" 70000010\"" }.Select(company => Send(Body.Replace("\"7000001\"", company, StringComparison.Ordinal), secret, SentAt));

    protected override IEnumerable<Delivery> Unproven(Delivery genuine)
    {
        string[] others =
        [
            Basic("hub-pipedrive"), Basic("hub-pipedrive:"), Basic(":the-present-secret"), Basic("other:the-present-secret"), Basic("hub-pipedrive:the-present-secret:"), "Basic", "Basic ====",
            genuine.Headers[PipedriveSignature.Header].Replace("Basic", "Bearer", StringComparison.Ordinal),
        ];
        return base.Unproven(genuine).Concat(others.Select(other => With(genuine, PipedriveSignature.Header, other)));
    }

    [Theory]
    [InlineData("p1pe:dr1ve", "Basic aHViLXBpcGVkcml2ZTpwMXBlOmRyMXZl", DeliveryVerdict.Accepted)]
    [InlineData("p1pe:dr1ve", "basic aHViLXBpcGVkcml2ZTpwMXBlOmRyMXZl", DeliveryVerdict.Accepted)]
    [InlineData("p1pe:dr1ve", "Basic aHViLXBpcGVkcml2ZTpwMXBl", DeliveryVerdict.Forged)]
    [InlineData("p1pe", "Basic aHViLXBpcGVkcml2ZTpwMXBlOmRyMXZl", DeliveryVerdict.Forged)]
    public void A_password_may_have_colons(string password, string header, DeliveryVerdict verdict) =>
        AssertVerdict(verdict, Deliver(Body, (PipedriveSignature.Header, header)), Connect(password));

    [Fact]
    public void The_head_alone_refuses_what_does_not_prove_itself()
    {
        var (source, genuine) = (Connect(), Genuine());

        Assert.Null(source.Precheck(genuine with { Body = default }, SentAt));
        Assert.Equal(DeliveryVerdict.Forged, source.Precheck(With(genuine, PipedriveSignature.Header, null), SentAt)!.Verdict);
    }

    private static string Basic(string credentials) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}";
}
