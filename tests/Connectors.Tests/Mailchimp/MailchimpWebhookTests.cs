using System.Globalization;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Mailchimp;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.Mailchimp;

public sealed class MailchimpWebhookTests : TimedWebhookSuite
{
    protected override string Vendor => "mailchimp";

    protected override string SecretSetting => "SigningSecret";

    protected override TimeSpan Tolerance => MailchimpSignature.Tolerance;

    protected override string Body =>
        "type=unsubscribe&fired_at=2026-03-02+10%3A15%3A00&data%5Breason%5D=manual&data%5Bid%5D=1f00aa22c1&data%5Blist_id%5D=b7c1d2e3f4&data%5Bemail%5D=mia%2Bnews%40example.com";

    protected override string UnknownKind => Body.Replace("unsubscribe", "brand_new", StringComparison.Ordinal);

    protected override IReadOnlyList<string> Malformed => ["", "{}", """{"type":"subscribe"}""", "not a form", "type=&data%5Blist_id%5D=b7c1d2e3f4", "&&&", "=", "%"];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt)
    {
        var timestamp = sentAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return Deliver(body, (MailchimpSignature.Header, $"t={timestamp},v1={MailchimpSignature.Sign(secret, Encoding.UTF8.GetBytes(body), timestamp)}"));
    }

    protected override IEnumerable<Delivery> SendOfOthers(string secret) =>
        new[] { Body.Replace("b7c1d2e3f4", "another", StringComparison.Ordinal), Body.Replace("list_id", "other", StringComparison.Ordinal) }
            .Select(body => Send(body, secret, SentAt));

    /// <summary>One header has both the time and the signature.</summary>
    protected override IEnumerable<Delivery> Mix(Delivery old, Delivery fresh) =>
        [With(old, MailchimpSignature.Header, $"{fresh.Headers[MailchimpSignature.Header].Split(',')[0]},{old.Headers[MailchimpSignature.Header].Split(',')[1]}")];
}
