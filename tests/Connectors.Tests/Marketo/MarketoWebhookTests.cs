using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Marketo;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.Marketo;

public sealed class MarketoWebhookTests : WebhookSuite
{
    protected override string Vendor => "marketo";

    protected override string SecretSetting => "WebhookToken";

    protected override string Body =>
        """{"v":1,"kind":"stage","leadId":420001,"email":"ana@example.com","stage":"Working","programId":1107,"campaign":"MQL handoff","firedAt":"2026-03-02T04:15:00-0600"}""";

    protected override string UnknownKind => Body.Replace("\"stage\",", "\"wallpaper\",", StringComparison.Ordinal);

    protected override IReadOnlyList<string> Malformed => ["", "[]", "7", "{}", """{"leadId":1,"stage":"Working"}""", """{"kind":{}}""", "kind=stage"];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt) => Deliver(body, (MarketoConnector.TokenHeader, secret));

    /// <summary>A call does not name the instance.</summary>
    protected override IEnumerable<Delivery> SendOfOthers(string secret) => [];
}
