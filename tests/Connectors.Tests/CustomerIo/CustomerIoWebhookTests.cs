using System.Globalization;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.CustomerIo;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.CustomerIo;

public sealed class CustomerIoWebhookTests : TimedWebhookSuite
{
    protected override string Vendor => "customerio";

    protected override string SecretSetting => "SigningKey";

    protected override TimeSpan Tolerance => TimeSpan.FromDays(1);

    protected override string Body =>
        """{"event_id":"01HQZ4M2","object_type":"email","metric":"clicked","timestamp":1772446498,"data":{"identifiers":{"id":"42","email":"ana@example.com"}}}""";

    protected override string UnknownKind => """{"event_id":"01HQZ4M2","object_type":"webhook","metric":"brand_new","timestamp":1772446498,"data":{}}""";

    protected override IReadOnlyList<string> Malformed => ["", "[]", "7", "not JSON", "{"];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt)
    {
        var timestamp = sentAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return Deliver(
            body,
            (CustomerIoSignature.SignatureHeader, CustomerIoSignature.Sign(secret, Encoding.UTF8.GetBytes(body), timestamp)),
            (CustomerIoSignature.TimestampHeader, timestamp));
    }

    /// <summary>A webhook does not name the workspace.</summary>
    protected override IEnumerable<Delivery> SendOfOthers(string secret) => [];
}
