using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Mautic;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.Mautic;

public sealed class MauticWebhookTests : SignedWebhookSuite
{
    private const string Contact = """{"id":52,"fields":{"core":{"email":{"value":"zo\u00eb@example.com"},"website":{"value":"https:\/\/example.com\/x"}},"social":[]}}""";

    protected override string Vendor => "mautic";

    protected override string SecretSetting => "WebhookSecret";

    protected override string Body => $$"""{"mautic.lead_points_change":[{{Points(1)}}]}""";

    protected override string Several =>
        $$"""{"mautic.lead_points_change":[{{Points(1)}},{{Points(2)}}],"mautic.page_on_hit":[{"hit":{"lead":{{Contact}},"url":"https:\/\/example.com\/p"},"timestamp":"2026-03-02T10:15:00+00:00"}]}""";

    protected override string UnknownKind => $$"""{"mautic.brand_new":[{"contact":{{Contact}},"timestamp":"2026-03-02T10:15:00+00:00"}]}""";

    protected override IReadOnlyList<string> Malformed => ["", "[]", "{}", "7", "null", "not JSON", "{"];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt) => Deliver(
        body, (MauticSignature.Header, MauticSignature.Sign(secret, Encoding.UTF8.GetBytes(body))), (MauticConnector.OriginHeader, "https://Mautic.example.com/"));

    protected override IEnumerable<Delivery> SendOfOthers(string secret) =>
        new[] { "https://other.example.com", "http://mautic.example.com", "https://mautic.example.com/eu", "nonsense", "" }
            .Select(origin => With(Send(Body, secret, SentAt), MauticConnector.OriginHeader, origin));

    /// <summary>The address of the instance is not signed: it proves nothing.</summary>
    protected override IEnumerable<Delivery> Unproven(Delivery genuine) =>
        base.Unproven(genuine).Where(delivery => delivery.Header(MauticSignature.Header) != genuine.Header(MauticSignature.Header));

    private static string Points(int points) =>
        $$$"""{"contact":{{{Contact}}},"points":{"old_points":0,"new_points":{{{points}}} },"timestamp":"2026-03-02T10:15:00+00:00"}""";
}
