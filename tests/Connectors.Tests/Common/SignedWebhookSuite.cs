using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>What holds for the webhooks of every vendor that signs the body.</summary>
public abstract class SignedWebhookSuite : WebhookSuite
{
    /// <summary>Gets whether the vendor signs the address that it calls.</summary>
    protected virtual bool SignsUrl => false;

    [Fact]
    public void A_body_that_differs_in_any_one_byte_is_forged()
    {
        var (source, genuine) = (Connect(), Genuine());
        for (var i = 0; i < genuine.Body.Length; i++)
        {
            var altered = genuine.Body.ToArray();
            altered[i] ^= 1;
            AssertVerdict(DeliveryVerdict.Forged, genuine with { Body = altered }, source);
        }
    }

    [Fact]
    public void A_body_that_was_written_again_on_the_way_is_forged()
    {
        var (source, genuine) = (Connect(), Genuine());

        Assert.All(WrittenAgain(), body => AssertVerdict(DeliveryVerdict.Forged, genuine with { Body = body }, source));
    }

    [Fact]
    public void An_address_that_a_proxy_rewrote_counts_exactly_where_the_vendor_signs_it()
    {
        var (source, genuine) = (Connect(), Genuine());
        Uri?[] rewritten = [null, new("http://10.0.0.4:8080/api/webhooks/x"), new($"{genuine.PublicUrl}/"), new($"{genuine.PublicUrl}?x=1")];

        Assert.All(rewritten, url => AssertVerdict(SignsUrl ? DeliveryVerdict.Forged : DeliveryVerdict.Accepted, genuine with { PublicUrl = url }, source));
    }

    [Fact]
    public void What_cannot_be_a_signature_is_refused_before_the_body_is_read()
    {
        var (source, head) = (Connect(), Genuine() with { Body = ReadOnlyMemory<byte>.Empty });
        var shapeless = head.Headers.Where(header => header.Value.Length > 40).Select(header => With(head, header.Key, "no-signature")).ToList();

        Assert.NotEmpty(shapeless);
        Assert.All(shapeless, delivery => Assert.Equal(DeliveryVerdict.Forged, source.Precheck(delivery, SentAt)?.Verdict));
    }

    private IEnumerable<byte[]> WrittenAgain()
    {
        var body = Encoding.UTF8.GetBytes(Body);
        yield return [];
        yield return [.. body, (byte)'\n'];
        yield return [(byte)' ', .. body];
        yield return [.. Encoding.UTF8.Preamble, .. body];
        yield return Encoding.Unicode.GetBytes(Body);
        yield return Encoding.UTF8.GetBytes(Body[0] is '{' or '[' ? JsonNode.Parse(Body)!.ToJsonString(new() { WriteIndented = true }) : Uri.UnescapeDataString(Body));
    }
}
