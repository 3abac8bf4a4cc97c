using System.Text;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Tests.Payloads;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>One value that is not text does not spoil the others.</summary>
public sealed class WellFormedTests
{
    private static readonly IWebhookSource HubSpot = Corpus.Connectors.Find<IWebhookSource>("hubspot")!;
    private static readonly IWebhookSource Salesforce = Corpus.Connectors.Find<IWebhookSource>("salesforce")!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Bytes in a JSON string, and what is read of them.</summary>
    public static TheoryData<byte[], string> Values => new()
    {
        { @"Summer \ud83d"u8.ToArray(), "Summer \uFFFD" },
        { @"\ude00 sun"u8.ToArray(), "\uFFFD sun" },
        { @"\ud83d\ud83d\ude00"u8.ToArray(), "\uFFFD😀" },
        { @"\uD83D\uDE00"u8.ToArray(), "😀" },
        { @"\\ud83d"u8.ToArray(), @"\ud83d" },
        { @"\\\ud83d"u8.ToArray(), "\\\uFFFD" },
        { [(byte)'M', 0xFC, (byte)'l'], "M\uFFFDl" },
        { [0xF0, 0x9F, 0x98], "\uFFFD" },
        { [(byte)'a', 0x01, (byte)'b', (byte)'\n'], "a b " },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void What_is_no_character_becomes_one_that_says_so(byte[] value, string read)
    {
        byte[] json = [.. "[\n{\"before\":\"é\","u8, .. "\"value\":\""u8, .. value, .. "\",\"after\":1}]"u8];

        using var document = JsonDocument.Parse(WellFormed.Json(json));

        Assert.Equal(("é", read, 1), (document.RootElement[0].GetProperty("before").GetString(), document.RootElement[0].GetProperty("value").GetString(), document.RootElement[0].GetProperty("after").GetInt32()));
    }

    [Fact]
    public void What_is_well_formed_is_not_copied()
    {
        var body = new ReadOnlyMemory<byte>("[ {\"a\":\"\\u00e9\\\"\\\\ \\ud83d\\ude00\"},\t1 ]"u8.ToArray());

        Assert.True(body.Equals(WellFormed.Json(body)));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_JSON() => Assert.Equal("{}", Encoding.UTF8.GetString(WellFormed.Json(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}' }).Span));

    [Theory]
    [MemberData(nameof(Values))]
    public void A_webhook_with_an_unreadable_value_is_let_in_and_its_neighbours_are_read(byte[] value, string read)
    {
        byte[] hubSpot =
        [
            .. """[{"eventId":1,"portalId":62515,"subscriptionType":"contact.creation","objectId":1},{"eventId":2,"portalId":62515,"subscriptionType":"contact.propertyChange","objectId":2,"propertyName":"lastname","propertyValue":" """u8.TrimEnd((byte)' '),
            .. value, .. "\"}]"u8,
        ];
        byte[] change =
        [
            .. """{"payload":{"ChangeEventHeader":{"entityName":"Lead","recordIds":["00Q5g00000AbCdEEAV"],"changeType":"UPDATE","transactionKey":"tx"},"LastName":" """u8.TrimEnd((byte)' '),
            .. value, .. "\"}}"u8,
        ];
        byte[] rows =
        [
            .. """{"records":[{"attributes":{"type":"Lead"},"Id":"00Q5g00000AbCdEEAV","LastName":" """u8.TrimEnd((byte)' '), .. value,
            .. "\"},{\"attributes\":{\"type\":\"Lead\"},\"Id\":\"00Q5g00000AbCdF\"}]}"u8,
        ];

        Assert.Equal(["1", "2"], HubSpot.Read(DeliveryOf("hubspot", "", hubSpot)).Select(source => source.People[0].Id));
        Assert.Equal(read, LastNameOf(HubSpot.Read(DeliveryOf("hubspot", "", hubSpot))[1]));
        Assert.Equal(2, HubSpot.Split(DeliveryOf("hubspot", "", hubSpot)).SelectMany(HubSpot.Read).Count());
        Assert.Equal(DeliveryVerdict.Accepted, Salesforce.Check(DeliveryOf("salesforce", "cdc", change), default).Verdict);
        Assert.Equal(read, LastNameOf(Assert.Single(Salesforce.Read(DeliveryOf("salesforce", "cdc", change)))));
        Assert.Equal(read, LastNameOf(Salesforce.Read(DeliveryOf("salesforce", Delivery.PollChannel, rows))[0]));
        Assert.Equal(2, Salesforce.Split(DeliveryOf("salesforce", Delivery.PollChannel, rows)).SelectMany(Salesforce.Read).Count());
    }

    [Theory]
    [InlineData("&#xD83D;", "\uFFFD")]
    [InlineData("&#1;", "\uFFFD")]
    [InlineData("&#x1F600;", "😀")]
    [InlineData("\u0001", "\uFFFD")]
    [InlineData("&amp;", "&")]
    public void An_outbound_message_with_an_unreadable_character_is_read(string value, string read)
    {
        var message = DeliveryOf("salesforce", "outbound/sf-om-path-0001", Encoding.UTF8.GetBytes(MessageOf($"<sf:LastName>A{value}</sf:LastName>")));
        var bytes = DeliveryOf("salesforce", "outbound/sf-om-path-0001", Encoding.Latin1.GetBytes(MessageOf("<sf:LastName>\u00FC</sf:LastName>")));

        Assert.Equal(DeliveryVerdict.Accepted, Salesforce.Check(message, default).Verdict);
        Assert.Equal($"A{read}", LastNameOf(Assert.Single(Salesforce.Read(message))));
        Assert.Equal("\uFFFD", LastNameOf(Assert.Single(Salesforce.Read(bytes))));
        Assert.Equal(DeliveryVerdict.Malformed, Salesforce.Check(message with { Body = Encoding.UTF8.GetBytes("<!DOCTYPE x [<!ENTITY a \"b\">]>" + MessageOf("<sf:LastName>&#1;</sf:LastName>")) }, default).Verdict);
    }

    [Fact]
    public void A_part_that_does_not_say_what_it_is_is_parked_and_holds_back_no_other()
    {
        var changes = DeliveryOf("salesforce", "cdc", Encoding.UTF8.GetBytes("""[{"payload":{"ChangeEventHeader":{"entityName":"Lead","recordIds":["00Q5g00000AbCdEEAV"],"changeType":"DELETE","transactionKey":"tx"}}},{"payload":{}}]"""));
        var rows = DeliveryOf("salesforce", Delivery.PollChannel, Encoding.UTF8.GetBytes("""{"records":[{"attributes":{"type":"Lead"},"Id":"00Q5g00000AbCdEEAV"},{"Id":null}]}"""));
        var message = DeliveryOf("salesforce", "outbound/sf-om-path-0001", Encoding.UTF8.GetBytes(MessageOf("", "<Notification><Id>04l5g00000N0002AAB</Id></Notification>")));
        var odd = DeliveryOf("hubspot", "", """[{"portalId":62515,"objectId":"seven"}]"""u8.ToArray());

        Assert.All([changes, rows, message], delivery =>
        {
            var events = Salesforce.Read(delivery);
            Assert.Equal([false, true], events.Select(source => source is UnreadableEvent));
            Assert.Equal(2, events.Select(source => source.DedupeKey).Distinct().Count());
        });
        Assert.IsType<UnreadableEvent>(Assert.Single(HubSpot.Read(odd)));
    }

    [Fact]
    public async Task Half_an_emoji_in_one_contact_does_not_take_the_other_99_along()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""
            {"results":[{"id":"1","properties":{"email":"ada@example.com","lastname":"\ud83d","hubspotscore":12.5}},{"id":"2","properties":{"email":"bob@example.com","company":{"odd":true}}}]}
            """));
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", new Dictionary<string, string?> { ["Type"] = "HubSpot", ["PortalId"] = "62515", ["ClientSecret"] = "secret-0001", ["AccessToken"] = "token-0001" });

        var enriched = await hubSpot.EnrichAsync([.. new[] { "1", "2" }.Select(id => new ContactCreatedEvent(new EventHeader(id, ToolSide.Marketing, null))
        {
            People = [IdentityKey.Person("hubspot", id)], NeedsEnrichment = ["email"],
        })], Stop);

        Assert.Equal([("ada@example.com", "\uFFFD", 12.5m), ("bob@example.com", null, null)], enriched.Cast<PersonEvent>().Select(source => (source.SubjectEmail, source.Profile?.LastName, source.Profile?.Score)));
    }

    [Fact]
    public async Task A_case_that_cannot_be_read_is_an_error_of_its_own()
    {
        var folder = Directory.CreateTempSubdirectory("case").FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "odd.json"), [0xFF, 0xFE, 0x00], Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "odd.http"), "# vendor: salesforce\n# direction: poll-response\n# body-file: odd.json\n# public-url: ::\nGET /q HTTP/1.1\n", Stop);

        Assert.Equal(Recorded.CaseVerdict.Rejected, (await Corpus.Reader.ReadAsync(Path.Combine(folder, "odd.http"), Stop)).Verdict);
    }

    private static string MessageOf(string fields, string further = "") => $"""
        <notifications xmlns="http://soap.sforce.com/2005/09/outbound" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><OrganizationId>00D5g000001AbCdEAK</OrganizationId>
        <Notification><Id>04l5g00000N0001AAB</Id><sObject xsi:type="sf:Lead" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>00Q5g00000AbCdEEAV</sf:Id>{fields}</sObject></Notification>{further}</notifications>
        """;

    private static Delivery DeliveryOf(string connector, string channel, byte[] body) => new()
    {
        Connector = connector, Channel = channel, Body = body, ReceivedAt = DateTimeOffset.UnixEpoch,
        Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Authorization"] = "Bearer sf-relay-token-0001" },
    };

    private static string? LastNameOf(SourceEvent source) => Assert.IsAssignableFrom<PersonEvent>(source).Profile?.LastName;
}
