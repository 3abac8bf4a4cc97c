using System.Globalization;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.HubSpot;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.HubSpot;

public sealed class HubSpotWebhookTests : TimedWebhookSuite
{
    protected override string Vendor => "hubspot";

    protected override string SecretSetting => "ClientSecret";

    protected override bool SignsUrl => true;

    protected override TimeSpan Tolerance => HubSpotSignature.Tolerance;

    protected override string Body => Of(62515, "contact.creation");

    protected override string Several => Of(62515, "contact.creation", "contact.deletion", "deal.creation");

    protected override string UnknownKind => Of(62515, "company.creation");

    protected override IReadOnlyList<string> Malformed => ["", "null", "[{", "[1]", "[null]", "not JSON", """{"portalId":62515}"""];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt)
    {
        var timestamp = sentAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var signature = HubSpotSignature.Sign(secret, "POST", "https://hub.example.com/api/webhooks/hubspot", Encoding.UTF8.GetBytes(body), timestamp);
        return Deliver(body, (HubSpotSignature.TimestampHeader, timestamp), (HubSpotSignature.SignatureHeader, signature));
    }

    protected override IEnumerable<Delivery> SendOfOthers(string secret) =>
        [Send(Of(1, "contact.creation"), secret, SentAt), Send("""[{"subscriptionType":"contact.creation","objectId":2}]""", secret, SentAt)];

    private static string Of(int portal, params string[] types) =>
        $"[{string.Join(',', types.Select(type => $$"""{"eventId":1,"portalId":{{portal}},"occurredAt":1772446500000,"subscriptionType":"{{type}}","objectId":1}"""))}]";
}
