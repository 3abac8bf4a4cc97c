using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.Generic;

/// <summary>A tool that signs time and body in one header, and sends events in batches.</summary>
public sealed class GenericWebhookTests : TimedWebhookSuite
{
    protected override string Vendor => "anytool";

    protected override string SecretSetting => "WebhookSecret";

    protected override TimeSpan Tolerance => TimeSpan.FromMinutes(5);

    protected override string Body => """{"account":"acme","events":[{"id":"e1","type":"person.optout","at":1772446500,"person":{"id":7,"email":"ana@example.com"}}]}""";

    protected override string Several =>
        """{"account":"acme","events":[{"id":"e1","type":"person.optout","person":{"id":7}},{"id":"e1","type":"person.optout","person":{"id":7}},{"id":"e2","type":"person.created","person":{"id":8}},{"id":"e3","type":"wallpaper"},{"id":"e4","type":"deal","person":{"id":8},"deal":{"id":"d1","stage":"proposal"}}],"more":{"events":[1]}}""";

    protected override string UnknownKind => Body.Replace("person.optout", "wallpaper", StringComparison.Ordinal);

    protected override IReadOnlyList<string> Malformed => ["", "{}", "7", "{", "not JSON", """{"account":"acme","event":[]}""", "a=b"];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt)
    {
        var time = sentAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")));
        return Deliver(body, ("X-Signature", $"t={time},v1={signature}"));
    }

    protected override IEnumerable<Delivery> SendOfOthers(string secret) => [Send(Body.Replace("acme", "other", StringComparison.Ordinal), secret, SentAt)];

    /// <summary>Parts in front of the header count for nothing; all others do.</summary>
    protected override IEnumerable<Delivery> Unproven(Delivery genuine)
    {
        var header = genuine.Headers["X-Signature"];
        string?[] others = [null, "", $"{header},{header}", $"{header}0", header[..^1], $"x{header[1..]}", header.Replace("v1=", "v0=", StringComparison.Ordinal), header.Replace("t=", "t=0", StringComparison.Ordinal), header.Split(',')[1]];
        return others.Select(other => With(genuine, "X-Signature", other));
    }

    protected override IEnumerable<Delivery> Mix(Delivery old, Delivery fresh) =>
        [With(old, "X-Signature", $"{fresh.Headers["X-Signature"].Split(',')[0]},{old.Headers["X-Signature"].Split(',')[1]}")];
}

/// <summary>A tool that posts forms with a token in a header.</summary>
public sealed class GenericFormTests : WebhookSuite
{
    protected override string Vendor => "anyform";

    protected override string SecretSetting => "WebhookSecret";

    protected override string Body => "event=unsubscribe&account=acme&time=02.03.2026+10%3A15%3A00&contact%5Bid%5D=12&contact%5Bemail%5D=ana%40example.com";

    protected override string UnknownKind => Body.Replace("unsubscribe", "wallpaper", StringComparison.Ordinal);

    protected override IReadOnlyList<string> Malformed => ["", "{}", """{"event":"unsubscribe"}""", "not a form", "=&="];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt) => Deliver(body, ("X-Form-Token", secret));

    protected override IEnumerable<Delivery> SendOfOthers(string secret) => [Send(Body.Replace("acme", "other", StringComparison.Ordinal), secret, SentAt)];
}
