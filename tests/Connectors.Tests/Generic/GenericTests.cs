using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Generic;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Generic;

public sealed class GenericTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "Generic", ["WebhookSecret"] = "secret", ["Signature:Scheme"] = "token", ["PhoneRegion"] = "DE",
        ["Fields:PersonId"] = "/id", ["Fields:Email"] = "/email", ["Fields:Phone"] = "/phone", ["Fields:OccurredAt"] = "/at", ["Dedupe"] = "{/id}|{/at}",
        ["Rules:1:Kind"] = "updated",
        ["Api:BaseUrl"] = "https://vendor.test/api/v2", ["Api:Scheme"] = "header", ["Api:Header"] = "X-Key", ["ApiSecret"] = "key",
        ["Person:Url"] = "/people/{id}", ["Person:Email"] = "/data/email", ["Person:Phone"] = "/data/phone", ["Person:Stage"] = "/data/stage", ["Person:OptedOut"] = "/data/mail", ["Person:OptedOutWhen"] = "never",
        ["Write:OptOut:Url"] = "/people/{id}/mail", ["Write:OptOut:Method"] = "PUT", ["Write:OptOut:Body"] = """{"mail":"never"}""",
        ["Write:Stage:Url"] = "/people/{id}/stage", ["Write:Stage:Body"] = "stage={stage}&by=hub",
        ["Write:Profile:Url"] = "/people/{id}", ["Write:Profile:Body"] = """{"id":"{id:plain}","phone":"{phone}","company":{"name":"{company}","tags":["{region}","hub"]}}""",
        ["WriteStage:Interest"] = "Interest", ["WriteProfile"] = "phone,company",
        ["Write:Note:Url"] = "/notes", ["Write:Note:Body"] = """{"person":"{id}","text":"{text}"}""",
        ["Write:Notes:Url"] = "/notes?person={id}", ["Write:Notes:Items"] = "/data", ["Write:Notes:Text"] = "/text",
        ["RecordUrl"] = "https://app.vendor.test/people/{id}",
    };

    private static readonly Dictionary<string, string?> Polled = new(Settings)
    {
        ["Poll:Url"] = "/people?since={since}&cursor={cursor}&limit=2", ["Poll:Items"] = "/data", ["Poll:Time"] = "/at", ["Poll:Next"] = "^/next", ["Poll:Since"] = "2026-03-01T00:00:00Z",
    };

    private static readonly IdentityKey Ana = IdentityKey.Person("tool", "a/7 ?");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sha256", "hex", "text", "secret", "{body}", "")]
    [InlineData("sha1", "hex", "text", "secret", "{body}", "sha1=")]
    [InlineData("sha512", "base64", "base64", "c2VjcmV0", "{method}{url}{body}", "")]
    [InlineData("sha384", "base64", "hex", "736563726574", "v0:{header:X-Time}:{body}", "v0=")]
    public void A_signature_counts_in_each_form(string algorithm, string encoding, string key, string secret, string over, string prefix)
    {
        var source = Connect<IWebhookSource>(("Signature:Scheme", "hmac"), ("Signature:Header", "X-Signature"), ("Signature:Algorithm", algorithm), ("Signature:Encoding", encoding), ("Signature:KeyEncoding", key), ("WebhookSecret", secret), ("Signature:Signed", over), ("Signature:Prefix", prefix));
        var text = over.Replace("{body}", "{}", StringComparison.Ordinal).Replace("{method}", "POST", StringComparison.Ordinal).Replace("{url}", "https://hub.example.com/x", StringComparison.Ordinal).Replace("{header:X-Time}", "1", StringComparison.Ordinal);
        var bytes = CryptographicOperations.HmacData(new HashAlgorithmName(algorithm.ToUpperInvariant()), "secret"u8, Encoding.UTF8.GetBytes(text));
        var signature = prefix + (encoding == "hex" ? Convert.ToHexString(bytes) : Convert.ToBase64String(bytes));

        Assert.Equal(DeliveryVerdict.Accepted, source.Check(Deliver("{}", ("X-Signature", signature), ("X-Time", "1")), Now).Verdict);
        Assert.Equal(DeliveryVerdict.Forged, source.Check(Deliver("{ }", ("X-Signature", signature), ("X-Time", "1")), Now).Verdict);
        Assert.Equal(DeliveryVerdict.Forged, source.Check(Deliver("{}", ("X-Signature", signature[prefix.Length..] + "0"), ("X-Time", "1")), Now).Verdict);
    }

    [Fact]
    public void Without_a_signature_every_webhook_is_forged() =>
        Assert.Equal(DeliveryVerdict.Forged, Connect<IWebhookSource>(Polled, ("Signature:Scheme", null), ("WebhookSecret", null)).Check(Deliver("{}", ("X-Hub-Token", "")), Now).Verdict);

    [Theory]
    [InlineData("/a/b", "1")]
    [InlineData("/a/x", null)]
    [InlineData("/a/none|/a/b", "1")]
    [InlineData("/a/empty|/a/x", "")]
    [InlineData("/a/x|/a/empty|/a/b", "1")]
    [InlineData("^/list/1/v", "two")]
    [InlineData("/list/[primary=true]/v", "two")]
    [InlineData("/list/[primary=no]/v", null)]
    [InlineData("/groups/*/email/value", "ana@example.com")]
    [InlineData("/a~1b/~0", "slash")]
    [InlineData("/list", null)]
    [InlineData("/list/9/v", null)]
    [InlineData("/number", "1e400")]
    public void A_place_finds_the_first_value(string place, string? expected)
    {
        using var body = System.Text.Json.JsonDocument.Parse("""{"a":{"b":"1","empty":" ","none":null},"list":[{"v":"one"},{"v":"two","primary":true}],"groups":{"core":[],"other":{"email":{"value":"ana@example.com"}}},"a/b":{"~":"slash"},"number":1e400}""");

        Assert.Equal(expected, Place.Parse(place, isForm: false)!.Said(new() { Item = body.RootElement, Body = body.RootElement }));
    }

    [Theory]
    [InlineData("/a=1", true)]
    [InlineData("/a=2|1", true)]
    [InlineData("/a!=1", false)]
    [InlineData("/a!=2|3", true)]
    [InlineData("/a", true)]
    [InlineData("!/a", false)]
    [InlineData("!/b", true)]
    [InlineData("/empty", false)]
    [InlineData("/object", false)]
    [InlineData("/list/[k=v=w]", true)]
    [InlineData("/list/[k=v=w]/n=1", true)]
    [InlineData("/a=/same", true)]
    [InlineData("/a!=/same", false)]
    [InlineData("/b=", true)]
    public void A_condition_holds_as_it_says(string condition, bool holds)
    {
        using var body = System.Text.Json.JsonDocument.Parse("""{"a":1,"same":"1","empty":"","object":{},"list":[{"k":"v=w","n":1}]}""");

        Assert.Equal(holds, Condition.Parse(condition, isForm: false)!.Holds(new() { Item = body.RootElement, Body = body.RootElement }));
    }

    [Theory]
    [InlineData("1772446500", "auto")]
    [InlineData("1772446500000", "auto")]
    [InlineData("1772446500000000", "auto")]
    [InlineData("2026-03-02T11:15:00+01:00", "auto")]
    [InlineData("Mon, 02 Mar 2026 10:15:00 GMT", "auto")]
    [InlineData("1772446500", "seconds")]
    [InlineData("1772446500000", "milliseconds")]
    [InlineData("02.03.2026 10:15", "dd.MM.yyyy HH:mm")]
    public void A_time_is_read_in_the_tools_format(string text, string format) =>
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 10, 15, 0, TimeSpan.Zero), GenericTimes.Parse(text, format));

    [Theory]
    [InlineData("""{"id":"7","at":"1","phone":"030 1"}""", "030 1")]
    [InlineData("""{"id":"7","at":"1","phone":null,"email":"a@example.com"}""", "")]
    [InlineData("""{"id":"7","at":"1","phone":"*****12","email":"a@example.com"}""", null)]
    [InlineData("""{"id":"7","at":"1","email":"a@example.com"}""", null)]
    public void A_cleared_value_is_not_a_withheld_and_not_a_missing_one(string body, string? phone) =>
        Assert.Equal(phone, Assert.IsType<ContactUpdatedEvent>(Assert.Single(Connect<IWebhookSource>().Read(Deliver(body)))).Profile!.Phone);

    [Fact]
    public void A_rule_that_goes_on_makes_a_further_event_with_a_key_of_its_own()
    {
        var events = Connect<IWebhookSource>(("Rules:1:Continue", "true"), ("Rules:2:Kind", "unsubscribed"), ("Rules:3:Kind", "bounced")).Read(Deliver("""{"id":"7","at":"1"}"""));

        Assert.Equal([SourceEventKind.ContactUpdated, SourceEventKind.ConsentUnsubscribed], events.Select(source => source.Kind));
        Assert.Equal(["tool|7|1", "tool|7|1|2"], events.Select(source => source.DedupeKey));
    }

    [Fact]
    public void An_item_without_what_its_kind_needs_is_parked_and_one_without_a_key_has_that_of_its_content()
    {
        var source = Connect<IWebhookSource>();

        Assert.IsType<UnreadableEvent>(Assert.Single(source.Read(Deliver("""{"at":"1"}"""))));
        Assert.NotEqual(source.Read(Deliver("""{"email":"a@example.com"}"""))[0].DedupeKey, source.Read(Deliver("""{"email":"b@example.com"}"""))[0].DedupeKey);
    }

    [Fact]
    public async Task A_poll_follows_the_cursor_to_its_end_and_goes_on_a_little_before_the_newest_row()
    {
        using var vendor = new VendorStub(asked => VendorStub.Json(asked.Query.Contains("cursor", StringComparison.Ordinal)
            ? """{"data":[{"id":"8","at":"2026-03-02T11:00:00Z"},{"id":"9","at":"2090-01-01T00:00:00Z"}],"next":null}"""
            : """{"data":[{"id":"7","at":"2026-03-02T10:00:00Z"}],"next":"c2="}"""));
        var source = vendor.Connect<IPollSource>("tool", Polled);

        var first = await source.PollAsync(null, Now, Stop);
        var second = await source.PollAsync(first.NextCursor, Now, Stop);
        await source.PollAsync(second.NextCursor, Now, Stop);

        Assert.Equal((true, false), (first.More, second.More));
        Assert.Equal(["?since=2026-03-01T00%3A00%3A00Z&limit=2", "?since=2026-03-01T00%3A00%3A00Z&cursor=c2%3D&limit=2", "?since=2026-03-02T10%3A55%3A00Z&limit=2"], vendor.Calls.Select(call => call.Url.Query));
        Assert.All(vendor.Calls, call => Assert.Equal("/api/v2/people", call.Path));
        Assert.Equal(["tool|8|2026-03-02T11:00:00Z", "tool|9|2090-01-01T00:00:00Z"], source.Read(second.Deliveries[0]).Select(read => read.DedupeKey));
    }

    [Fact]
    public async Task A_poll_by_offset_ends_with_a_page_that_is_not_full()
    {
        using var vendor = new VendorStub(asked => VendorStub.Json(asked.Query.Contains("start=0", StringComparison.Ordinal) ? """[{"id":"7","at":1},{"id":"8","at":2}]""" : """[{"id":"9","at":3}]"""));
        var source = vendor.Connect<IPollSource>("tool", new Dictionary<string, string?>(Polled) { ["Poll:Url"] = "/people?start={offset}", ["Poll:Items"] = null, ["Poll:Next"] = null, ["Poll:Limit"] = "2", ["Poll:TimeFormat"] = "seconds" });

        var first = await source.PollAsync(null, Now, Stop);
        var second = await source.PollAsync(first.NextCursor, Now, Stop);

        Assert.Equal((true, false), (first.More, second.More));
        Assert.Equal(["?start=0", "?start=2"], vendor.Calls.Select(call => call.Query));
    }

    [Fact]
    public async Task A_poll_by_time_and_id_goes_on_behind_the_last_row_and_stops_where_it_does_not_get_on()
    {
        using var vendor = new VendorStub(asked => VendorStub.Json(
            asked.Query.Contains("after=8", StringComparison.Ordinal) ? """[{"id":"9","at":20}]""" : """[{"id":"7","at":10},{"id":"8","at":10}]"""));
        var settings = new Dictionary<string, string?>(Polled) { ["Poll:Url"] = "/people?from={since}&after={lastId}", ["Poll:Items"] = null, ["Poll:Next"] = null, ["Poll:Limit"] = "2", ["Poll:TimeFormat"] = "seconds", ["Poll:Since"] = "1970-01-01T00:00:00Z", ["Poll:Overlap"] = "00:00:05" };
        var source = vendor.Connect<IPollSource>("tool", settings);
        var first = await source.PollAsync(null, Now, Stop);
        var second = await source.PollAsync(first.NextCursor, Now, Stop);
        await source.PollAsync(second.NextCursor, Now, Stop);

        Assert.Equal(["?from=0", "?from=10&after=8", "?from=15"], vendor.Calls.Select(call => call.Query));
        Assert.Equal((true, false), (first.More, second.More));
        settings["Poll:Url"] = "/people?from={since}";
        var stuck = vendor.Connect<IPollSource>("tool", settings);
        var page = await stuck.PollAsync(null, Now, Stop);
        await Assert.ThrowsAsync<UnreadableDeliveryException>(() => stuck.PollAsync(page.NextCursor, Now, Stop));
    }

    [Fact]
    public async Task Values_cannot_leave_their_place_in_address_form_and_json()
    {
        using var vendor = new VendorStub(asked => VendorStub.Json(asked.Method == "GET" ? """{"data":{"phone":"1","stage":"Awareness","mail":"always"}}""" : "{}"));
        var target = vendor.Connect<IPersonTarget>("tool", Settings);

        Assert.True(await target.WriteAsync(Ana, new() { OptedOut = true, Stage = FunnelStage.Interest, Profile = new Dictionary<PersonProperty, string> { [PersonProperty.Phone] = "\"},\"x\":{\"" }.ToImmutableDictionary() }, Stop));

        Assert.Equal(
            ["GET /api/v2/people/a%2F7%20%3F", "PUT /api/v2/people/a%2F7%20%3F/mail", "POST /api/v2/people/a%2F7%20%3F/stage", "PATCH /api/v2/people/a%2F7%20%3F"],
            vendor.Calls.Select(call => $"{call.Method} {call.Path}"));
        Assert.Equal("""{"mail":"never"}""", vendor.Calls[1].Body);
        Assert.Equal("stage=Interest&by=hub", vendor.Calls[2].Body);
        var written = vendor.Calls[3].Json;
        Assert.Equal("\"},\"x\":{\"", (string?)written["phone"]);
        Assert.Equal("""{"tags":["hub"]}""", written["company"]!.ToJsonString());
        Assert.Equal("a/7 ?", (string?)written["id"]);
    }

    [Fact]
    public async Task What_is_equal_is_not_written_and_a_person_who_is_gone_has_no_plan()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"data":{"phone":"+49 30 123456","stage":"interest","mail":"never"}}"""));
        using var gone = new VendorStub(_ => VendorStub.Json("""{"error":"no"}""", HttpStatusCode.NotFound));
        using var odd = new VendorStub(_ => VendorStub.Json("""{"data":{"stage":"Ours alone"}}"""));
        var wish = new PersonWish { OptedOut = true, Stage = FunnelStage.Interest, Profile = new Dictionary<PersonProperty, string> { [PersonProperty.Phone] = "030 123456" }.ToImmutableDictionary() };

        Assert.False(await vendor.Connect<IPersonTarget>("tool", Settings).WriteAsync(Ana, wish, Stop));
        Assert.Null(await gone.Connect<IPersonTarget>("tool", Settings).PlanAsync(Ana, wish, Stop));
        Assert.Equal(WriteOutcome.Kept, Assert.Single((await odd.Connect<IPersonTarget>("tool", Settings).PlanAsync(Ana, new() { Stage = FunnelStage.Interest }, Stop))!.All).Outcome);
        Assert.Single(vendor.Calls);
    }

    [Theory]
    [InlineData("""{"data":[]}""", 1)]
    [InlineData("""{"data":[{"text":"came back\n[integration-hub n1]"}]}""", 0)]
    public async Task A_note_is_written_once(string there, int writes)
    {
        using var vendor = new VendorStub(asked => VendorStub.Json(asked.Path.EndsWith("/notes", StringComparison.Ordinal) ? there : """{"data":{}}"""));

        Assert.True(await vendor.Connect<INoteTarget>("tool", Settings).WriteNoteAsync(Ana, new("n1", Now, ["came back"]), Stop));

        Assert.Equal(writes, vendor.Calls.Count(call => call.Method == "POST"));
    }

    [Fact]
    public async Task A_refusal_is_one_and_a_failure_passes()
    {
        using var refusing = new VendorStub(_ => VendorStub.Json("""{"code":"NOPE"}""", HttpStatusCode.UnprocessableEntity));
        using var failing = new VendorStub(_ => VendorStub.Json("{}", HttpStatusCode.ServiceUnavailable));

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(() => refusing.Connect<IPersonTarget>("tool", Settings).PlanAsync(Ana, new(), Stop));
        await Assert.ThrowsAsync<VendorUnavailableException>(() => failing.Connect<IPersonTarget>("tool", Settings).PlanAsync(Ana, new(), Stop));

        Assert.Equal("NOPE", refused.ErrorCode);
        Assert.DoesNotContain("7", refused.Message.Replace("422", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(3, failing.Calls.Count);
    }

    [Fact]
    public async Task An_event_of_a_stranger_is_filled_from_the_record_once()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"data":{"email":"Ana@Example.com","phone":"030 1"}}"""));
        var source = vendor.Connect<IEventEnricher>("tool", Settings);
        var events = Connect<IWebhookSource>(("Items", "/all")).Read(Deliver("""{"all":[{"id":"7","at":"1"},{"id":"7","at":"2","phone":"030 2"}]}"""));

        var enriched = await source.EnrichAsync(events, Stop);

        Assert.Equal(["030 1", "030 2"], enriched.Cast<ContactUpdatedEvent>().Select(read => read.Profile!.Phone));
        Assert.All(enriched, read => Assert.Equal("ana@example.com", read.SubjectEmail));
        Assert.Single(vendor.Calls);
    }

    [Fact]
    public async Task A_token_by_client_credentials_is_fetched_once_and_sent()
    {
        using var vendor = new VendorStub(asked => VendorStub.Json(asked.Path.EndsWith("/token", StringComparison.Ordinal) ? """{"access_token":"t1","expires_in":3600}""" : """{"data":{}}"""));
        var target = vendor.Connect<IPersonTarget>("tool", new Dictionary<string, string?>(Settings) { ["Api:Scheme"] = "oauth", ["Api:TokenUrl"] = "https://vendor.test/oauth/token", ["Api:User"] = "id" });

        await target.PlanAsync(Ana, new(), Stop);
        await target.PlanAsync(Ana, new(), Stop);

        Assert.Equal("grant_type=client_credentials&client_id=id&client_secret=key", vendor.All[0].Body);
        Assert.Equal(["Bearer t1", "Bearer t1"], vendor.Calls.Select(call => call.Authorization));
    }

    [Theory]
    [InlineData(false, false, typeof(GenericConnector))]
    [InlineData(true, false, typeof(GenericPolledConnector))]
    [InlineData(false, true, typeof(GenericCrmConnector))]
    [InlineData(true, true, typeof(GenericPolledCrmConnector))]
    public void A_tool_can_do_what_its_settings_have_a_request_for(bool polled, bool crm, Type type)
    {
        var settings = new Dictionary<string, string?>(polled ? Polled : Settings);
        if (crm)
        {
            (settings["Write:Task:Url"], settings["Write:Upsert:Url"]) = ("/tasks", "/people");
        }

        using var vendor = new VendorStub(_ => throw new InvalidOperationException("No call."));
        var configuration = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create($"Connectors:tool:{pair.Key}", pair.Value))).Build());

        Assert.IsType(type, vendor.Connect<IConnector>("tool", settings));
        Assert.Equal(polled ? ["tool"] : [], ConnectorRegistration.NamesOf<IPollSource>(configuration));
        Assert.Equal(crm ? ["tool"] : [], ConnectorRegistration.NamesOf<IHandoffTarget>(configuration));
    }

    [Theory]
    [InlineData("Signature:Scheme", "magic")]
    [InlineData("Signature:Schema", "hmac")]
    [InlineData("WebhookSecret", null)]
    [InlineData("Fields:PersonId", "id")]
    [InlineData("Fields:PersonId", "/a~2")]
    [InlineData("Fields:PersonID2", "/id")]
    [InlineData("Fields:PersonId", "@X-Id")]
    [InlineData("Rules:1:Kind", null)]
    [InlineData("Rules:1:Kind", "everything")]
    [InlineData("Rules:1:When", "type=x")]
    [InlineData("Rules:1:Wen", "/type=x")]
    [InlineData("Rules:1:Dedupe", "always the same")]
    [InlineData("Rules:1:Means", "later")]
    [InlineData("Items", "events")]
    [InlineData("Ours", "@X=1,account")]
    [InlineData("Unread", "{/a")]
    [InlineData("TimeFormat", "%")]
    [InlineData("AmountDivisor", "0")]
    [InlineData("DealStatusMap:gone", "deleted")]
    [InlineData("ConsentMap:x", "maybe")]
    [InlineData("Api:BaseUrl", null)]
    [InlineData("Api:BaseUrl", "http://tool.example.com")]
    [InlineData("Api:Header", null)]
    [InlineData("ApiSecret", null)]
    [InlineData("Person:Url", "people/{id}")]
    [InlineData("Person:Url", "//evil.example/{id}")]
    [InlineData("Person:Url", "/people/{person}")]
    [InlineData("Person:OptedOut", null)]
    [InlineData("Person:Stage", null)]
    [InlineData("Write:OptOut:Body", "{\"mail\":")]
    [InlineData("Write:OptOut:Body", "{\"mail\":\"{never}\"}")]
    [InlineData("Write:OptOut:Method", "TRACE")]
    [InlineData("Write:OptOut:Headers:Content-Type", "text/plain")]
    [InlineData("Write:OptOut:Headers:X-Key", "{secret}")]
    [InlineData("Write:OptOut:Uri", "/x")]
    [InlineData("Write:Profile:Url", null)]
    [InlineData("RecordUrl", "https://{id}.example.com")]
    [InlineData("RecordUrl", "javascript:{id}")]
    [InlineData("PhoneRegion", "XX")]
    [InlineData("Form", "xml")]
    public void A_setting_that_is_missing_or_wrong_is_named(string key, string? value)
    {
        var faults = FaultsOf(new Dictionary<string, string?>(Settings) { [key] = value });

        Assert.Contains(faults, fault => fault.StartsWith($"Connectors:tool:{key}: must be ", StringComparison.Ordinal) && fault.Contains(", for example ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Poll:Time", null)]
    [InlineData("Poll:Limit", "0")]
    [InlineData("Poll:Url", "/people?since={sinc}")]
    [InlineData("Form", "form")]
    public void A_setting_of_a_poll_that_is_missing_or_wrong_is_named(string key, string? value) =>
        Assert.Contains(FaultsOf(new Dictionary<string, string?>(Polled) { [key] = value }), fault => fault.StartsWith($"Connectors:tool:{key}: must be ", StringComparison.Ordinal));

    [Theory]
    [InlineData("Signature:Header", null)]
    [InlineData("Signature:Signed", "{timestamp}")]
    [InlineData("Signature:TimestampHeader", null)]
    [InlineData("Signature:Algorithm", "md5")]
    [InlineData("Signature:Tolerance", "8.00:00:00")]
    public void A_setting_of_a_signature_that_is_missing_or_wrong_is_named(string key, string? value)
    {
        var settings = new Dictionary<string, string?>(Settings) { ["Signature:Scheme"] = "hmac", ["Signature:Header"] = "X-Signature", ["Signature:Signed"] = "{timestamp}.{body}", ["Signature:TimestampHeader"] = "X-Time" };
        settings[key] = value;

        Assert.Contains(FaultsOf(settings), fault => fault.StartsWith($"Connectors:tool:{key}: must be ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_time_that_is_not_signed_is_no_proof_and_a_fault() =>
        Assert.Contains(
            FaultsOf(new Dictionary<string, string?>(Settings) { ["Signature:Scheme"] = "hmac", ["Signature:Header"] = "X-Signature", ["Signature:TimestampHeader"] = "X-Time" }),
            fault => fault.StartsWith("Connectors:tool:Signature:Signed: must be ", StringComparison.Ordinal));

    [Fact]
    public void A_person_has_a_link() => Assert.Equal("https://app.vendor.test/people/a%2F7%20%3F", Connect<IRecordUrls>().LinkTo(Ana)!.AbsoluteUri);

    private static IReadOnlyList<string> FaultsOf(Dictionary<string, string?> settings) =>
        Assert.Throws<InvalidSettingsException>(() => new ServiceCollection().AddConnectors(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create($"Connectors:tool:{pair.Key}", pair.Value))).Build())).Faults;

    private static T Connect<T>(params (string Key, string? Value)[] changes)
        where T : class, IConnector => Connect<T>(Settings, changes);

    private static T Connect<T>(Dictionary<string, string?> settings, params (string Key, string? Value)[] changes)
        where T : class, IConnector
    {
        var changed = new Dictionary<string, string?>(settings);
        foreach (var (key, value) in changes)
        {
            changed[key] = value;
        }

        using var vendor = new VendorStub(_ => throw new InvalidOperationException("No call."));
        return vendor.Connect<T>("tool", changed);
    }

    private static Delivery Deliver(string body, params (string Name, string Value)[] headers) => new()
    {
        Connector = "tool", Body = Encoding.UTF8.GetBytes(body), ReceivedAt = Now, PublicUrl = new("https://hub.example.com/x"),
        Headers = headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase),
    };
}
