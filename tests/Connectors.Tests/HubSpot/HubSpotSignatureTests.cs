using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.HubSpot;

namespace IntegrationHub.Connectors.Tests.HubSpot;

public sealed class HubSpotSignatureTests
{
    private const string Secret = "hs-client-secret-for-tests-0001";
    private const string Timestamp = "1772446505123";
    private const string UrlA = "https://hub.example.com/api/webhooks/hubspot";
    private const string UrlB = "https://hub.example.com/api/webhooks/hubspot?tenant=acme%3Aeu&path=%2Fcrm%2F%28v3%29";
    private const string SignatureA = "M/q0GpE+Dlasza/0aRLx9JGEsEMlFNcoBEj9XhMJHyc=";
    private const string SignatureB = "ZYO5zxQcLEVzOHs/x7KgIV9IgJHNg6MMd3xE4yZHX4A=";

    private const string Body =
        """[{"eventId":9001,"subscriptionId":77,"portalId":62515,"appId":54321,"occurredAt":1772446500000,"subscriptionType":"contact.propertyChange","attemptNumber":0,"objectId":1201,"changeSource":"CRM_UI","propertyName":"lifecyclestage","propertyValue":"marketingqualifiedlead"}]""";

    private static readonly DateTimeOffset SentAt = DateTimeOffset.FromUnixTimeMilliseconds(1772446505123);

    [Theory]
    [InlineData(UrlA, SignatureA)]
    [InlineData(UrlB, SignatureB)]
    [InlineData("https://hub.example.com/api/webhooks/hubspot?tenant=acme%3aeu&path=%2fcrm%2f%28v3%29", SignatureB)]
    [InlineData("https://hub.example.com/api/webhooks/hubspot?tenant=acme:eu&path=/crm/(v3)", SignatureB)]
    public void Version_3_signs_method_url_body_and_time_with_a_dozen_escapes_undone(string url, string signature)
    {
        Assert.Equal(signature, HubSpotSignature.Sign(Secret, "POST", url, Encoding.UTF8.GetBytes(Body), Timestamp));
        Assert.Null(HubSpotSignature.Refusal(Secret, Delivery(signature, url: url), SentAt));
    }

    [Theory]
    [InlineData("%20")]
    [InlineData("%26")]
    [InlineData("%3D")]
    [InlineData("%2B")]
    [InlineData("%41")]
    public void Other_escapes_stay_as_they_are(string escape)
    {
        var url = $"{UrlA}?q={escape}";

        var signature = HubSpotSignature.Sign(Secret, "POST", url, Encoding.UTF8.GetBytes(Body), Timestamp);

        Assert.NotEqual(signature, HubSpotSignature.Sign(Secret, "POST", Uri.UnescapeDataString(url), Encoding.UTF8.GetBytes(Body), Timestamp));
        Assert.Null(HubSpotSignature.Refusal(Secret, Delivery(signature, url: url), SentAt));
    }

    [Theory]
    [InlineData(SignatureA, Timestamp, 0, null)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", Timestamp, 0, null)]
    [InlineData("AAAA", Timestamp, 0, DeliveryVerdict.Forged)]
    [InlineData("not base64 but of the length of a signature!", Timestamp, 0, DeliveryVerdict.Forged)]
    [InlineData("", Timestamp, 0, DeliveryVerdict.Forged)]
    [InlineData(SignatureA, "soon", 0, DeliveryVerdict.Forged)]
    [InlineData(SignatureA, "-1", 0, DeliveryVerdict.Forged)]
    [InlineData(SignatureA, Timestamp, 300_001, DeliveryVerdict.Stale)]
    [InlineData(SignatureA, Timestamp, -300_001, DeliveryVerdict.Stale)]
    public void What_cannot_be_genuine_is_refused_before_the_body_is_read(string signature, string timestamp, int milliseconds, DeliveryVerdict? verdict)
    {
        var head = Delivery(signature) with { Body = ReadOnlyMemory<byte>.Empty };
        var headers = new Dictionary<string, string>(head.Headers, StringComparer.OrdinalIgnoreCase) { [HubSpotSignature.TimestampHeader] = timestamp };

        Assert.Equal(verdict, HubSpotSignature.Precheck(head with { Headers = headers }, SentAt.AddMilliseconds(milliseconds))?.Verdict);
        Assert.Equal(DeliveryVerdict.Forged, HubSpotSignature.Precheck(head with { Headers = new Dictionary<string, string>() }, SentAt)?.Verdict);
    }

    [Theory]
    [InlineData(-300_001, false)]
    [InlineData(-300_000, true)]
    [InlineData(-299_999, true)]
    [InlineData(0, true)]
    [InlineData(299_999, true)]
    [InlineData(300_000, true)]
    [InlineData(300_001, false)]
    public void A_delivery_is_fresh_for_five_minutes_in_either_direction(int milliseconds, bool fresh) =>
        Assert.Equal(fresh ? null : DeliveryVerdict.Stale, HubSpotSignature.Refusal(Secret, Delivery(SignatureA), SentAt.AddMilliseconds(milliseconds))?.Verdict);

    [Theory]
    [InlineData("0576eba3022018bb87f392fc05ef47652d9d1e347a1cf97a8c2f1b7d32b5aebb")]
    [InlineData("M/q0GpE+Dlasza/0aRLx9JGEsEMlFNcoBEj9XhMJHyc")]
    [InlineData("m/q0GpE+Dlasza/0aRLx9JGEsEMlFNcoBEj9XhMJHyc=")]
    [InlineData(SignatureB)]
    public void A_signature_of_another_form_is_refused(string signature) => AssertForged(Delivery(signature));

    [Theory]
    [InlineData("soon")]
    [InlineData("1772446505124")]
    [InlineData("+1772446505123")]
    [InlineData(" 1772446505123")]
    [InlineData("1772446505123.0")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public void A_time_of_another_form_is_refused(string timestamp) => AssertForged(Delivery(SignatureA, timestamp: timestamp));

    [Fact]
    public void Another_method_or_scheme_is_refused()
    {
        AssertForged(Delivery(SignatureA) with { Method = "PUT" });
        AssertForged(Delivery(SignatureA, url: UrlA.Replace("https", "http", StringComparison.Ordinal)));
    }

    [Fact]
    public void Versions_1_and_2_are_not_accepted()
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["X-HubSpot-Signature-Version"] = "v1",
            ["X-HubSpot-Signature"] = "0576eba3022018bb87f392fc05ef47652d9d1e347a1cf97a8c2f1b7d32b5aebb",
            [HubSpotSignature.TimestampHeader] = Timestamp,
        };

        AssertForged(Delivery(SignatureA) with { Headers = headers });
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Without_a_secret_nothing_is_checked_and_nothing_passes(string secret) =>
        Assert.Throws<ArgumentException>(() => HubSpotSignature.Refusal(secret, Delivery(SignatureA), SentAt));

    private static void AssertForged(Delivery delivery) =>
        Assert.Equal(DeliveryVerdict.Forged, HubSpotSignature.Refusal(Secret, delivery, SentAt)?.Verdict);

    private static Delivery Delivery(string? signature, string? timestamp = Timestamp, string url = UrlA)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (signature is not null)
        {
            headers[HubSpotSignature.SignatureHeader] = signature;
        }

        if (timestamp is not null)
        {
            headers[HubSpotSignature.TimestampHeader] = timestamp;
        }

        return new() { Connector = "hubspot", PublicUrl = new(url), Headers = headers, Body = Encoding.UTF8.GetBytes(Body), ReceivedAt = SentAt };
    }
}
