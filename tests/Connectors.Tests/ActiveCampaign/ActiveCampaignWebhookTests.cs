using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.ActiveCampaign;

public sealed class ActiveCampaignWebhookTests : WebhookSuite
{
    protected override string Vendor => "activecampaign";

    protected override string SecretSetting => "UrlToken";

    protected override string Body =>
        "type=subscribe&date_time=2026-03-02T04%3A15%3A00-06%3A00&list=1&account_id=474042&contact%5Bid%5D=10&contact%5Bemail%5D=lia%40example.com";

    protected override string UnknownKind => Body.Replace("subscribe", "sms_sent", StringComparison.Ordinal);

    protected override IReadOnlyList<string> Malformed => ["", "{}", """{"type":"subscribe"}""", "not a form", "type=+&list=1", "&=&"];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt) => At(Deliver(body), $"?token={Uri.EscapeDataString(secret)}");

    protected override IEnumerable<Delivery> SendOfOthers(string secret) =>
        [Send(Body.Replace("474042", "474043", StringComparison.Ordinal), secret, SentAt)];

    protected override IEnumerable<Delivery> Unproven(Delivery genuine)
    {
        var query = genuine.PublicUrl!.Query;
        string[] others = ["", "?token=", $"{query}0", query[..^1], $"{query}&{query[1..]}", $"{query}&token=guess", $"?key{query[6..]}", $"#{query[1..]}"];
        return others.Select(other => At(genuine, other)).Append(genuine with { PublicUrl = null });
    }

    private static Delivery At(Delivery delivery, string query) =>
        delivery with { PublicUrl = new($"https://hub.example.com/api/webhooks/activecampaign{query}") };
}
