using System.Globalization;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Salesforce;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Salesforce;

public sealed class SalesforceRelayTests
{
    private const string Key = "relay-key-0001";
    private const string Next = "relay-key-0002";
    private const string Ours = "00D5g000001AbCdEAK";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_772_446_505);

    [Theory]
    [InlineData(-301, DeliveryVerdict.Stale)]
    [InlineData(-300, DeliveryVerdict.Accepted)]
    [InlineData(300, DeliveryVerdict.Accepted)]
    [InlineData(301, DeliveryVerdict.Stale)]
    public void A_signed_delivery_is_fresh_for_five_minutes_in_either_direction(int seconds, DeliveryVerdict verdict) =>
        Assert.Equal(verdict, Check(Signed(Key, Now.AddSeconds(-seconds))).Verdict);

    [Fact]
    public void Time_organisation_address_and_body_are_all_signed()
    {
        var genuine = Signed(Key, Now);

        Assert.Equal(DeliveryVerdict.Accepted, Check(genuine).Verdict);
        Assert.Equal(DeliveryVerdict.Forged, Check(With(genuine, SalesforceRelay.TimestampHeader, Seconds(Now.AddSeconds(1)))).Verdict);
        Assert.Equal(DeliveryVerdict.Forged, Check(With(genuine, SalesforceRelay.OrganizationHeader, Ours[..15])).Verdict);
        Assert.Equal(DeliveryVerdict.Forged, Check(genuine with { PublicUrl = new("https://hub.example.com/api/webhooks/other/cdc") }).Verdict);
        Assert.Equal(DeliveryVerdict.Forged, Check(genuine with { Body = "[ ]"u8.ToArray() }).Verdict);
    }

    [Theory]
    [InlineData("00D5g000001AbCdEAK", DeliveryVerdict.Accepted)]
    [InlineData("00D5g000001AbCd", DeliveryVerdict.Accepted)]
    [InlineData("00D5g000001AbCeEAK", DeliveryVerdict.Forged)]
    [InlineData("", DeliveryVerdict.Forged)]
    public void A_signed_delivery_of_another_organisation_is_refused(string organization, DeliveryVerdict verdict) =>
        Assert.Equal(verdict, Check(Signed(Key, Now, organization)).Verdict);

    [Theory]
    [InlineData(false, DeliveryVerdict.Accepted)]
    [InlineData(true, DeliveryVerdict.Forged)]
    public void A_signature_over_the_body_alone_counts_unless_the_time_is_wanted(bool signsTime, DeliveryVerdict verdict)
    {
        var delivery = Delivery();
        var signed = With(delivery, SalesforceRelay.SignatureHeader, SalesforceRelay.Sign(Key, delivery));

        Assert.Equal(verdict, Check(signed, ("RelaySignsTime", $"{signsTime}")).Verdict);
    }

    [Theory]
    [InlineData("sha256=")]
    [InlineData("sha256=9c2e882d54c3ed0847e01e567310f4fc3f23e18c63ff6cb3735b25a9dd75755E")]
    [InlineData("sha1=9c2e882d54c3ed0847e01e567310f4fc3f23e18c63ff6cb3735b25a9dd75755e")]
    public void What_is_not_written_like_a_signature_is_refused_before_the_body_is_read(string signature) =>
        Assert.Equal(DeliveryVerdict.Forged, Connector().Precheck(With(Delivery(), SalesforceRelay.SignatureHeader, signature), Now)?.Verdict);

    [Fact]
    public void Of_a_delivery_that_may_be_genuine_the_body_is_read()
    {
        Assert.Null(Connector().Precheck(Signed("another-key", Now) with { Body = ReadOnlyMemory<byte>.Empty }, Now));
        Assert.Null(Connector().Precheck(With(Delivery(), SalesforceRelay.AuthorizationHeader, "Bearer relay-token"), Now));
        Assert.Equal(DeliveryVerdict.Stale, Connector().Precheck(Signed(Key, Now.AddHours(-1)), Now)?.Verdict);
        Assert.Equal(DeliveryVerdict.Forged, Connector().Precheck(With(Delivery(), SalesforceRelay.AuthorizationHeader, "Bearer relay-tokex"), Now)?.Verdict);
        Assert.Equal(DeliveryVerdict.Forged, Connector().Precheck(Delivery() with { Channel = "outbound/wrong" }, Now)?.Verdict);
        Assert.Null(Connector().Precheck(Delivery() with { Channel = "outbound/path-0001" }, Now));
        Assert.Equal(DeliveryVerdict.Malformed, Connector().Precheck(Delivery() with { Channel = "elsewhere" }, Now)?.Verdict);
    }

    [Fact]
    public void While_a_key_is_changed_both_count_and_the_one_that_proved_it_is_known()
    {
        Assert.Equal((DeliveryVerdict.Accepted, 0), Proved(Check(Signed(Key, Now), ("RelaySecret", $"{Key},{Next}"))));
        Assert.Equal((DeliveryVerdict.Accepted, 1), Proved(Check(Signed(Next, Now), ("RelaySecret", $"{Key}, {Next}"))));
        Assert.Equal((DeliveryVerdict.Forged, null), Proved(Check(Signed(Next, Now))));
    }

    [Fact]
    public void A_changed_key_counts_at_once_and_a_blank_one_never()
    {
        var settings = new ConfigurationManager();
        settings.AddInMemoryCollection(Settings());
        var connector = Connector(settings);

        settings["Connectors:crm:RelaySecret"] = Next;
        Assert.Equal(DeliveryVerdict.Accepted, connector.Check(Signed(Next, Now), Now).Verdict);
        Assert.Equal(DeliveryVerdict.Forged, connector.Check(Signed(Key, Now), Now).Verdict);

        settings["Connectors:crm:RelaySecret"] = " ";
        Assert.Equal(DeliveryVerdict.Accepted, connector.Check(Signed(Next, Now), Now).Verdict);
    }

    [Theory]
    [InlineData("RelayToken", Key)]
    [InlineData("RelaySecret", "@Microsoft.KeyVault(VaultName=kv-hub;SecretName=relay)")]
    public void A_token_that_is_the_key_and_a_secret_that_was_not_fetched_stop_the_start(string key, string value)
    {
        var settings = new ConfigurationManager();
        settings.AddInMemoryCollection(Settings((key, value)));

        Assert.StartsWith($"Connectors:crm:{key}: ", Assert.Single(Assert.Throws<InvalidSettingsException>(() => Connector(settings)).Faults), StringComparison.Ordinal);
    }

    private static (DeliveryVerdict Verdict, int? Secret) Proved(DeliveryCheck check) => (check.Verdict, check.Secret);

    private static DeliveryCheck Check(Delivery delivery, params (string Key, string Value)[] settings) => Connector(settings).Check(delivery, Now);

    private static IWebhookSource Connector(params (string Key, string Value)[] settings) =>
        Connector(new ConfigurationBuilder().AddInMemoryCollection(Settings(settings)).Build());

    private static IWebhookSource Connector(IConfiguration settings) => new ServiceCollection().AddLogging()
        .AddConnectors(settings).BuildServiceProvider().GetRequiredService<ConnectorSet>().Find<IWebhookSource>("crm")!;

    private static Dictionary<string, string?> Settings(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Connectors:crm:Type"] = "Salesforce",
            ["Connectors:crm:ClientId"] = "client",
            ["Connectors:crm:ClientSecret"] = "secret",
            ["Connectors:crm:OrganizationId"] = Ours,
            ["Connectors:crm:RelaySecret"] = Key,
            ["Connectors:crm:RelayToken"] = "relay-token",
            ["Connectors:crm:OutboundSecret"] = "path-0001",
        };
        foreach (var (key, value) in settings)
        {
            all[$"Connectors:crm:{key}"] = value;
        }

        return all;
    }

    private static Delivery Signed(string key, DateTimeOffset at, string organization = Ours)
    {
        var delivery = With(With(Delivery(), SalesforceRelay.TimestampHeader, Seconds(at)), SalesforceRelay.OrganizationHeader, organization);
        return With(delivery, SalesforceRelay.SignatureHeader, SalesforceRelay.Sign(key, delivery));
    }

    private static string Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static Delivery With(Delivery delivery, string header, string value) =>
        delivery with { Headers = new Dictionary<string, string>(delivery.Headers, StringComparer.OrdinalIgnoreCase) { [header] = value } };

    private static Delivery Delivery() => new()
    {
        Connector = "crm",
        Channel = "cdc",
        PublicUrl = new("https://hub.example.com/api/webhooks/crm/cdc"),
        Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase),
        Body = "[]"u8.ToArray(),
        ReceivedAt = Now,
    };
}
