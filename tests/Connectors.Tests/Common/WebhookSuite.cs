using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Connectors.Tests.Payloads;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>What holds for the webhooks of every vendor. A vendor's tests inherit it, or <see cref="SignedWebhookSuite"/> when the
/// vendor signs the body, or <see cref="TimedWebhookSuite"/> when it signs the time too, and say how a delivery looks.</summary>
public abstract class WebhookSuite
{
    private const string Present = "the-present-secret", Next = "the-next-secret";

    /// <summary>Gets when the deliveries of these tests were sent.</summary>
    protected static DateTimeOffset SentAt { get; } = new(2026, 3, 2, 10, 15, 1, TimeSpan.Zero);

    /// <summary>Gets the connector's name in tests/Payloads/settings.json.</summary>
    protected abstract string Vendor { get; }

    /// <summary>Gets the setting with the secret of the webhooks.</summary>
    protected abstract string SecretSetting { get; }

    /// <summary>Gets a body of our account that reads to one event or more.</summary>
    protected abstract string Body { get; }

    /// <summary>Gets a body of several events, where the vendor has such.</summary>
    protected virtual string Several => Body;

    /// <summary>Gets bodies that are not in the vendor's form.</summary>
    protected abstract IReadOnlyList<string> Malformed { get; }

    /// <summary>Gets a body of a kind that the connector does not read.</summary>
    protected abstract string UnknownKind { get; }

    /// <summary>Gets whether the present and the next secret may stand side by side.</summary>
    protected virtual bool AcceptsTwoSecrets => true;

    /// <summary>Gets whether the hub starts only with a secret; without one it refuses every delivery.</summary>
    protected virtual bool NeedsSecret => true;

    /// <summary>Makes a genuine delivery: signs the body, or shows the secret, as the vendor does.</summary>
    protected abstract Delivery Send(string body, string secret, DateTimeOffset sentAt);

    /// <summary>Makes genuine deliveries of other accounts; none for a vendor that does not name the account.</summary>
    protected abstract IEnumerable<Delivery> SendOfOthers(string secret);

    /// <summary>Makes deliveries whose proof is missing, empty, doubled or altered.</summary>
    protected virtual IEnumerable<Delivery> Unproven(Delivery genuine) =>
        from name in genuine.Headers.Keys
        let value = genuine.Headers[name]
        from other in (string?[])[null, "", $"{value},{value}", $"{value}, {value}", $"{value}0", value[..^1], $"x{value[1..]}"]
        select With(genuine, name, other);

    [Fact]
    public void A_genuine_delivery_is_accepted_and_read()
    {
        var source = Connect(Present);

        Assert.True(source.Check(Send(Body, Present, SentAt), SentAt).Events > 0);
        Assert.Contains(source.Read(Send(Body, Present, SentAt)), read => read is not (UnreadEvent or UnreadableEvent or IgnoredEvent));
    }

    [Fact]
    public void The_head_of_a_genuine_delivery_makes_its_body_worth_reading_and_one_without_a_proof_does_not()
    {
        var (source, head) = (Connect(Present), Send(Body, Present, SentAt) with { Body = ReadOnlyMemory<byte>.Empty });

        Assert.Null(source.Precheck(head, SentAt));
        Assert.Equal(DeliveryVerdict.Forged, source.Precheck(Unshown(head), SentAt)?.Verdict);
    }

    /// <summary>Takes away what proves a delivery.</summary>
    protected virtual Delivery Unshown(Delivery head) =>
        head with { Headers = new Dictionary<string, string>(), PublicUrl = new($"https://hub.example.com/api/webhooks/{Vendor}") };

    [Theory]
    [InlineData("the-former-secret")]
    [InlineData("the-present-secret0")]
    [InlineData("the-present-secre")]
    [InlineData("The-Present-Secret")]
    [InlineData("the-present-secret,the-next-secret")]
    public void A_delivery_with_another_secret_is_forged(string secret) =>
        AssertVerdict(DeliveryVerdict.Forged, Send(Body, secret, SentAt), Connect(Present));

    [Fact]
    public void A_proof_that_is_missing_or_empty_or_doubled_or_altered_is_forged()
    {
        var source = Connect(Present);
        var unproven = Unproven(Send(Body, Present, SentAt)).ToList();

        Assert.NotEmpty(unproven);
        Assert.All(unproven, delivery => AssertVerdict(DeliveryVerdict.Forged, delivery, source));
    }

    [Fact]
    public void While_a_secret_is_turned_the_present_and_the_next_one_count()
    {
        var source = Connect($"{Present}, {Next}");
        var verdict = AcceptsTwoSecrets ? DeliveryVerdict.Accepted : DeliveryVerdict.Forged;

        AssertVerdict(verdict, Send(Body, Present, SentAt), source);
        AssertVerdict(verdict, Send(Body, Next, SentAt), source);
        AssertVerdict(DeliveryVerdict.Forged, Send(Body, "the-former-secret", SentAt), source);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Without_a_secret_the_hub_does_not_start_or_refuses_everything(string? secret)
    {
        if (NeedsSecret)
        {
            var faults = Assert.Throws<InvalidSettingsException>(() => Connect(secret)).Faults;
            Assert.StartsWith($"Connectors:{Vendor}:{SecretSetting}: must be ", Assert.Single(faults), StringComparison.Ordinal);
        }
        else
        {
            AssertVerdict(DeliveryVerdict.Forged, Send(Body, Present, SentAt), Connect(secret));
        }
    }

    [Fact]
    public void A_repeated_delivery_has_the_same_events_and_no_event_twice()
    {
        var source = Connect(Present);

        var first = Keys(source.Read(Send(Several, Present, SentAt)));
        var again = Keys(source.Read(Send(Several, Present, SentAt.AddMinutes(1))));

        Assert.Equal(first, again);
        Assert.Equal(first.Distinct(), first);
    }

    [Fact]
    public void The_parts_of_a_split_delivery_have_its_events()
    {
        var source = Connect(Present);
        var whole = Send(Several, Present, SentAt);

        var parts = source.Split(whole);

        Assert.Equal(Several == Body ? 1 : 2, parts.Count);
        Assert.Equal(Keys(source.Read(whole)), parts.SelectMany(part => Keys(source.Read(part))));
    }

    [Fact]
    public void What_is_kept_of_a_delivery_has_no_secret_and_the_same_events()
    {
        var source = Connect(Present);
        var delivery = Send(Body, Present, SentAt);

        var kept = source.WithoutSecrets(delivery);

        Assert.DoesNotContain(kept.Headers.Values.Append(kept.Channel).Append($"{kept.PublicUrl}"), Shows);
        Assert.Equal(Keys(source.Read(delivery)), Keys(source.Read(kept)));

        // The password of the Basic scheme is in Base64.
        static bool Shows(string text)
        {
            var decoded = new byte[text.Length];
            return text.Contains(Present, StringComparison.Ordinal)
                || (Convert.TryFromBase64String(text.Split(' ')[^1], decoded, out var length)
                    && Encoding.UTF8.GetString(decoded, 0, length).Contains(Present, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_delivery_of_another_account_is_left_alone() =>
        Assert.All(SendOfOthers(Present), delivery => AssertVerdict(DeliveryVerdict.NotOurs, delivery, Connect(Present)));

    [Fact]
    public void A_kind_that_is_not_read_is_accepted_and_named()
    {
        var source = Connect(Present);
        var delivery = Send(UnknownKind, Present, SentAt);

        AssertVerdict(DeliveryVerdict.Accepted, delivery, source);
        Assert.NotEmpty(Assert.IsType<UnreadEvent>(Assert.Single(source.Read(delivery))).VendorKind);
    }

    [Fact]
    public void A_genuine_delivery_of_another_form_is_malformed_and_never_read()
    {
        var source = Connect(Present);

        Assert.NotEmpty(Malformed);
        Assert.All(Malformed.Select(body => Send(body, Present, SentAt)), delivery =>
        {
            AssertVerdict(DeliveryVerdict.Malformed, delivery, source);
            Assert.Throws<UnreadableDeliveryException>(() => source.Read(delivery));
        });
    }

    /// <summary>Makes a delivery with headers.</summary>
    protected Delivery Deliver(string body, params IEnumerable<(string Name, string Value)> headers) => new()
    {
        Connector = Vendor,
        PublicUrl = new($"https://hub.example.com/api/webhooks/{Vendor}"),
        Headers = headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase),
        Body = Encoding.UTF8.GetBytes(body),
        ReceivedAt = SentAt,
    };

    /// <summary>Returns the delivery with another value of a header; null takes it away.</summary>
    protected static Delivery With(Delivery delivery, string name, string? value)
    {
        var headers = delivery.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase);
        headers.Remove(name);
        if (value is not null)
        {
            headers[name] = value;
        }

        return delivery with { Headers = headers };
    }

    private protected static void AssertVerdict(DeliveryVerdict verdict, Delivery delivery, IWebhookSource source, DateTimeOffset? now = null) =>
        Assert.Equal(verdict, source.Check(delivery, now ?? SentAt).Verdict);

    private protected IWebhookSource Connect(string? secret = Present)
    {
        var settings = Corpus.Settings.GetSection($"Connectors:{Vendor}").AsEnumerable(makePathsRelative: true)
            .Where(setting => setting.Key != SecretSetting && setting.Value is not null)
            .Append(new(SecretSetting, secret));
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("A delivery needs no call."));
        return vendor.Connect<IWebhookSource>(Vendor, settings);
    }

    private protected Delivery Genuine(DateTimeOffset? sentAt = null) => Send(Body, Present, sentAt ?? SentAt);

    private static List<string> Keys(IEnumerable<SourceEvent> events) => [.. events.Select(source => source.DedupeKey)];
}
