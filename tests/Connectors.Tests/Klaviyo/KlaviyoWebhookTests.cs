using System.Globalization;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Klaviyo;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.Klaviyo;

public sealed class KlaviyoWebhookTests : TimedWebhookSuite
{
    private const string WebhookId = "a8b89045c0de";

    protected override string Vendor => "klaviyo";

    protected override string SecretSetting => "WebhookSecret";

    protected override TimeSpan Tolerance => KlaviyoSignature.Tolerance;

    protected override string Body => Of("XyZ123", "event:klaviyo.opened_email");

    protected override string Several => Of("XyZ123", "event:klaviyo.opened_email", "event:klaviyo.clicked_email", "event:klaviyo.unsubscribed");

    protected override string UnknownKind => Of("XyZ123", "event:klaviyo.brand_new");

    protected override IReadOnlyList<string> Malformed => ["", "[]", "7", "not JSON", "{", """{"data":{}}""", """{"data":[]}""", """{"meta":{}}"""];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt)
    {
        var timestamp = sentAt.ToString("r", CultureInfo.InvariantCulture);
        return Deliver(
            body,
            (KlaviyoSignature.SignatureHeader, KlaviyoSignature.Sign(secret, Encoding.UTF8.GetBytes(body), timestamp)),
            (KlaviyoSignature.TimestampHeader, timestamp),
            (KlaviyoSignature.WebhookHeader, WebhookId));
    }

    protected override IEnumerable<Delivery> SendOfOthers(string secret) => [Send(Of("other", "event:klaviyo.opened_email"), secret, SentAt)];

    private static string Of(string account, params string[] topics)
    {
        var events = topics.Select((topic, number) =>
            $$$"""{"external_id":"e{{{number}}}","topic":"{{{topic}}}","payload":{"data":{"type":"event","id":"e{{{number}}}","attributes":{"timestamp":1772446500 } } } }""");
        return $$$"""{"data":[{{{string.Join(',', events)}}}],"meta":{"klaviyo_account_id":"{{{account}}}","klaviyo_webhook_id":"{{{WebhookId}}}"}}""";
    }
}
