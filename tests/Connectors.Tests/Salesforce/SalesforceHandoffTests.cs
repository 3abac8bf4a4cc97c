using System.Net;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Salesforce;

public sealed class SalesforceHandoffTests
{
    private const string LeadPath = "/services/data/v60.0/sobjects/Lead/IntegrationHub_Lead_Id__c/0123456789abcdef01234567";
    private const string TaskPath = "/services/data/v60.0/sobjects/Task/IntegrationHub_Handoff_Id__c/handoff-1";
    private const string Token = """{"access_token":"token-1","instance_url":"https://instance.my.salesforce.com"}""";

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "Salesforce", ["OrganizationId"] = "00D5g000001AbCdEAK", ["BaseUrl"] = "https://login.test", ["ClientId"] = "client", ["ClientSecret"] = "secret-0001",
    };

    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lead_is_written_under_the_hubs_id_and_a_task_for_its_owner_under_the_handoffs()
    {
        using var vendor = new VendorStub(Unknowing());

        var receipt = await vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(Order(new() { FirstName = "Ada", LastName = "Byron", Company = "Acme", Email = "ada@example.com" }), Stop);

        var lead = Assert.Single(vendor.Calls, call => (call.Method, call.Path) == ("PATCH", LeadPath));
        Assert.Equal("""{"LastName":"Byron","Company":"Acme","FirstName":"Ada","Email":"ada@example.com"}""", lead.Body);
        var task = Assert.Single(vendor.Calls, call => (call.Method, call.Path) == ("PATCH", TaskPath)).Json;
        Assert.Equal(("00Q5g00000AbCdEEAV", "0055g00000PersonAA", "2026-03-03"), ((string?)task["WhoId"], (string?)task["OwnerId"], (string?)task["ActivityDate"]));
        Assert.Contains("asked for a price", (string?)task["Description"], StringComparison.Ordinal);
        Assert.All(vendor.Calls.Where(call => call.Method == "PATCH"), call => Assert.DoesNotContain("IntegrationHub_", call.Body, StringComparison.Ordinal));
        Assert.All(vendor.Calls, call => Assert.Equal("client=lead-hub", call.CallOptions));
        Assert.Equal(new HandoffReceipt(IdentityKey.Person("salesforce", "00Q5g00000AbCdEEAV"), "https://instance.my.salesforce.com/lightning/r/Lead/00Q5g00000AbCdEEAV/view"), receipt);
    }

    [Fact]
    public async Task What_Salesforce_insists_on_and_nobody_knows_says_so()
    {
        using var vendor = new VendorStub(Unknowing());

        await vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(Order(new() { Email = "ada@example.com", Phone = " " }), Stop);

        Assert.Equal("""{"LastName":"(last name not known)","Company":"(company not known)","Email":"ada@example.com"}""", vendor.Calls.First(call => call.Method == "PATCH").Body);
    }

    [Fact]
    public async Task An_opt_out_travels_with_the_lead_and_the_task_says_so()
    {
        using var vendor = new VendorStub(Unknowing());
        var order = Order(new() { LastName = "Byron" });

        await vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(order with { Brief = order.Brief with { OptedOut = true } }, Stop);

        Assert.True((bool)vendor.Calls.First(call => call.Method == "PATCH").Json["HasOptedOutOfEmail"]!);
        Assert.Contains("do not write", (string?)vendor.Calls[^1].Json["Description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repeating_it_leaves_the_lead_as_sales_have_it_and_writes_the_same_task()
    {
        using var vendor = new VendorStub(Unknowing());
        var salesforce = vendor.Connect<IHandoffTarget>("salesforce", Settings);

        var first = await salesforce.DeliverAsync(Order(new() { LastName = "Byron" }), Stop);
        var calls = vendor.Calls.Count;
        var second = await salesforce.DeliverAsync(Order(new() { LastName = "Byron" }), Stop);

        Assert.Equal(first, second);
        Assert.Equal(vendor.Calls[calls - 1], Assert.Single(vendor.Calls.Skip(calls), call => call.Method != "GET"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("00Q5g00000AbCdEEAV")]
    public async Task What_sales_have_changed_in_a_lead_that_the_hub_made_stays_when_it_is_given_again(string? known)
    {
        using var vendor = new VendorStub(asked => asked is { Method: "GET", Path: "/services/data/v60.0/sobjects/Lead/00Q5g00000AbCdEEAV" }
            ? Row("Lead", "00Q5g00000AbCdEEAV", """ "OwnerId":"0055g00000PersonAA","IntegrationHub_Lead_Id__c":"0123456789abcdef01234567" """)
            : Known(asked));

        await vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(Order(new() { LastName = "Byron", Phone = "1" }, known), Stop);

        Assert.DoesNotContain(vendor.Calls, call => call.Method == "PATCH" && call.Path.Contains("/Lead/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lead_that_was_converted_gets_its_task_on_the_contact()
    {
        using var vendor = new VendorStub(asked => asked switch
        {
            { Method: "GET", Path: LeadPath } => Row("Lead", "00Q5g00000AbCdEEAV", """ "IsConverted":true,"ConvertedContactId":"0035g00000CoNtAAAA" """),
            { Method: "GET", Path: "/services/data/v60.0/sobjects/Contact/0035g00000CoNtAAAA" } => Row("Contact", "0035g00000CoNtAAAA", """ "OwnerId":"0055g00000PersonAA" """),
            _ => Known(asked),
        });

        var receipt = await vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(Order(new() { LastName = "Byron" }), Stop);

        Assert.Equal("0035g00000CoNtAAAA", receipt.Person.Id);
        Assert.Equal("0035g00000CoNtAAAA", (string?)vendor.Calls[^1].Json["WhoId"]);
    }

    [Fact]
    public async Task A_lead_that_sales_have_already_only_gets_the_hubs_id()
    {
        using var vendor = new VendorStub(asked => asked switch
        {
            { Method: "GET", Path: "/services/data/v60.0/sobjects/Lead/00Q5g00000ThEiRAAA" } => Row("Lead", "00Q5g00000ThEiRAAA", """ "OwnerId":"0055g00000PersonAA","IntegrationHub_Lead_Id__c":null """),
            _ => Known(asked),
        });

        var receipt = await vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(Order(new() { LastName = "Byron" }, "00Q5g00000ThEiRAAA"), Stop);

        var written = Assert.Single(vendor.Calls, call => call.Method == "PATCH" && call.Path.Contains("/Lead/", StringComparison.Ordinal));
        Assert.Equal("""{"IntegrationHub_Lead_Id__c":"0123456789abcdef01234567"}""", written.Body);
        Assert.Equal("00Q5g00000ThEiRAAA", receipt.Person.Id);
    }

    [Fact]
    public async Task A_record_that_is_gone_is_made_anew_under_the_hubs_id()
    {
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/Lead/00Q5g00000GoNeAAAA", StringComparison.Ordinal)
            ? VendorStub.Json("""[{"errorCode":"ENTITY_IS_DELETED","message":"entity is deleted"}]""", HttpStatusCode.NotFound)
            : Known(asked));

        var receipt = await vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(Order(new() { LastName = "Byron" }, "00Q5g00000GoNeAAAA"), Stop);

        Assert.Equal("00Q5g00000AbCdEEAV", receipt.Person.Id);
    }

    [Fact]
    public async Task The_one_record_that_sales_have_at_the_address_is_taken_and_none_is_made()
    {
        var salesforce = Unknowing();
        using var vendor = new VendorStub(asked => IsQuery(asked, "Contact")
            ? Page("""{"attributes":{"type":"Contact"},"Id":"0035g00000CoNtAAAA","OwnerId":"0055g00000PersonAA"}""")
            : salesforce(asked));

        var receipt = await vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(Order(new() { LastName = "Byron", Email = "ada@example.com" }), Stop);

        Assert.Equal("0035g00000CoNtAAAA", receipt.Person.Id);
        Assert.DoesNotContain(vendor.Calls, call => call.Method == "PATCH" && call.Path.Contains("/Lead/", StringComparison.Ordinal));
        Assert.Contains(vendor.Calls, call => call.Query.Contains("Email IN ('ada@example.com')", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_several_records_have_the_address_nothing_is_written_and_they_are_named()
    {
        var salesforce = Unknowing();
        using var vendor = new VendorStub(asked => IsQuery(asked, "Lead")
            ? Page("""{"attributes":{"type":"Lead"},"Id":"00Q5g00000OneAAAAA"}""", """{"attributes":{"type":"Lead"},"Id":"00Q5g00000TwoAAAAA"}""")
            : salesforce(asked));

        var several = await Assert.ThrowsAsync<AmbiguousMatchException>(
            () => vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(Order(new() { LastName = "Byron", Email = "ada@example.com" }), Stop));

        Assert.Equal(["00Q5g00000OneAAAAA", "00Q5g00000TwoAAAAA"], several.Matches.Select(match => match.Id));
        Assert.DoesNotContain(vendor.Calls, call => call.Method == "PATCH");
    }

    [Fact]
    public async Task The_hubs_own_record_is_taken_whatever_else_has_the_address()
    {
        using var vendor = new VendorStub(asked => IsQuery(asked, "Lead") ? Page("""{"attributes":{"type":"Lead"},"Id":"00Q5g00000OneAAAAA"}""") : Known(asked));

        var receipt = await vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(Order(new() { LastName = "Byron", Email = "ada@example.com" }), Stop);

        Assert.Equal("00Q5g00000AbCdEEAV", receipt.Person.Id);
    }

    [Fact]
    public async Task Several_records_of_one_id_are_refused_and_nothing_more_is_written()
    {
        using var vendor = new VendorStub(asked => asked.Path == LeadPath ? VendorStub.Json("""["/a","/b"]""", HttpStatusCode.MultipleChoices) : Known(asked));

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(
            () => vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(Order(new() { LastName = "Byron" }), Stop));

        Assert.Equal(HttpStatusCode.MultipleChoices, refused.Status);
        Assert.Single(vendor.Calls);
    }

    [Theory]
    [InlineData("0055g00000HubHubAA", true)]
    [InlineData("0055g00000PersonAA", false)]
    [InlineData("0055g00000SalesmAA", false)]
    public async Task A_lead_is_given_to_its_owner_unless_somebody_has_taken_it(string present, bool given)
    {
        using var vendor = new VendorStub(asked => asked is { Method: "GET", Path: LeadPath }
            ? Row("Lead", "00Q5g00000AbCdEEAV", $""" "OwnerId":"{present}","CreatedById":"0055g00000HubHubAA","IntegrationHub_Lead_Id__c":"0123456789abcdef01234567" """)
            : Known(asked));

        await vendor.Connect<IHandoffTarget>("salesforce", new Dictionary<string, string?>(Settings) { ["OwnerId"] = "0055g00000SalesmAA" }).DeliverAsync(Order(new() { LastName = "Byron" }), Stop);

        Assert.Equal(given, vendor.Calls.Any(call => call.Method == "PATCH" && call.Path.EndsWith("/sobjects/Lead/00Q5g00000AbCdEEAV", StringComparison.Ordinal)));
        Assert.Equal(given ? "0055g00000SalesmAA" : present, (string?)vendor.Calls[^1].Json["OwnerId"]);
    }

    [Theory]
    [InlineData("0055g00000HubHubAA", "0055g00000HubHubAA", true)]
    [InlineData("0055g00000BeforeAA", "0055g00000HubHubAA", true)]
    [InlineData("0055g00000SalesmAA", "0055g00000HubHubAA", true)]
    [InlineData("00G5g00000QueueQAA", "0055g00000HubHubAA", true)]
    [InlineData("0055g00000PersonAA", "0055g00000HubHubAA", false)]
    [InlineData("0055g00000PersonAA", "0055g00000PersonAA", false)]
    public async Task Lead_and_task_go_to_whom_they_are_routed_unless_a_person_has_the_lead(string present, string maker, bool given)
    {
        using var vendor = new VendorStub(asked => asked switch
        {
            { Path: var path } when path.EndsWith("/token", StringComparison.Ordinal) => VendorStub.Json(
                """{"access_token":"token-1","instance_url":"https://instance.my.salesforce.com","id":"https://login.test/id/00D5g000001AbCdEAK/0055g00000HubHubAA"}"""),
            { Method: "GET", Path: LeadPath } => Row("Lead", "00Q5g00000AbCdEEAV", $""" "OwnerId":"{present}","CreatedById":"{maker}","IntegrationHub_Lead_Id__c":"0123456789abcdef01234567" """),
            _ => Known(asked),
        });
        var order = Order(new() { LastName = "Byron" }) with { OwnerId = "0055g00000RoutedAA", GivenBefore = ["0055g00000BeforeAA"] };

        var receipt = await vendor.Connect<IHandoffTarget>("salesforce", new Dictionary<string, string?>(Settings) { ["OwnerId"] = "0055g00000SalesmAA" }).DeliverAsync(order, Stop);

        var owner = given ? "0055g00000RoutedAA" : present;
        Assert.Equal(given, vendor.Calls.Any(call => call.Method == "PATCH" && call.Path.EndsWith("/sobjects/Lead/00Q5g00000AbCdEEAV", StringComparison.Ordinal)));
        Assert.Equal(owner, (string?)vendor.Calls[^1].Json["OwnerId"]);
        Assert.Equal(given ? null : present, receipt.KeptBy);
    }

    [Fact]
    public async Task Long_texts_are_cut_to_what_Salesforce_takes()
    {
        using var vendor = new VendorStub(Unknowing());
        var order = Order(new() { LastName = "Byron" });

        await vendor.Connect<IHandoffTarget>("salesforce", Settings).DeliverAsync(order with { Brief = order.Brief with { Who = new('w', 400), WhyNow = new('x', 40_000) } }, Stop);

        Assert.Equal(255, ((string)vendor.Calls[^1].Json["Subject"]!).Length);
        Assert.Equal(32_000, ((string)vendor.Calls[^1].Json["Description"]!).Length);
    }

    [Fact]
    public async Task Records_are_asked_for_two_hundred_a_query()
    {
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/token", StringComparison.Ordinal) ? VendorStub.Json(Token) : VendorStub.Json("""{"records":[]}"""));
        var events = Enumerable.Range(0, 201).Select(i => Event(IdentityKey.Person("salesforce", $"00Q5g0000{i:D9}"))).ToList();

        Assert.Equal(events.Select(source => source.DedupeKey), (await vendor.Connect<IEventEnricher>("salesforce", Settings).EnrichAsync(events, Stop)).Select(source => source.DedupeKey));

        Assert.Equal(2, vendor.Calls.Count);
    }

    [Fact]
    public async Task A_gap_is_filled_with_the_row_as_a_poll_would_bring_it()
    {
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/token", StringComparison.Ordinal) ? VendorStub.Json(Token) : VendorStub.Json("""
            {"records":[{"attributes":{"type":"Opportunity"},"Id":"0065g00000XyZ01AAF","StageName":"Closed Won","IsClosed":true,"IsWon":true,"SystemModstamp":"2026-03-02T10:15:00.000+0000"}]}
            """));
        var gap = new ResyncEvent(Event(null)) { DealId = "0065g00000XyZ01AAF" };

        var filled = Assert.Single(await vendor.Connect<IEventEnricher>("salesforce", Settings).EnrichAsync([gap], Stop));

        Assert.Equal(SourceEventKind.DealWon, filled.Kind);
        Assert.StartsWith("salesforce|00D5g000001AbCdEAK|row|0065g00000XyZ01AAF|2026-03-02T10:15:00.000Z|", filled.DedupeKey, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_a_lead_gets_its_address_and_the_hubs_id_from_the_record()
    {
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/token", StringComparison.Ordinal) ? VendorStub.Json(Token) : VendorStub.Json("""
            {"records":[{"attributes":{"type":"Lead"},"Id":"00Q5g00000AbCdEEAV","Email":"ada@example.com","LastName":"Byron","HasOptedOutOfEmail":true,"IntegrationHub_Lead_Id__c":"0123456789abcdef01234567"}]}
            """));

        var filled = await vendor.Connect<IEventEnricher>("salesforce", Settings).EnrichAsync([Event(IdentityKey.Person("salesforce", "00Q5g00000AbCdEEAV"))], Stop);

        Assert.Equal([SourceEventKind.ContactUpdated, SourceEventKind.ConsentUnsubscribed], filled.Select(source => source.Kind));
        Assert.Equal(("ada@example.com", "Byron", "0123456789abcdef01234567"), (filled[0].SubjectEmail, (filled[0] as PersonEvent)?.Profile?.LastName, filled[0].HubLeadId?.Value));
    }

    private static ContactUpdatedEvent Event(IdentityKey? person) =>
        new(new EventHeader($"event {person}", ToolSide.Crm, null)) { People = person is null ? [] : [person], NeedsEnrichment = ["email"] };

    private static bool IsQuery(Asked asked, string type) => asked.Path.EndsWith("/queryAll", StringComparison.Ordinal) && asked.Query.Contains($"FROM {type}", StringComparison.Ordinal);

    /// <summary>A Salesforce without a lead of the hub's until one is made.</summary>
    private static Func<Asked, HttpResponseMessage> Unknowing()
    {
        var made = false;
        return asked =>
        {
            made |= asked is { Method: "PATCH", Path: LeadPath };
            return made || asked.Path != LeadPath ? Known(asked) : VendorStub.Json("""[{"errorCode":"NOT_FOUND"}]""", HttpStatusCode.NotFound);
        };
    }

    private static HttpResponseMessage Known(Asked asked) => asked switch
    {
        { Path: var path } when path.EndsWith("/token", StringComparison.Ordinal) => VendorStub.Json(Token),
        { Method: "GET", Path: LeadPath } => Row("Lead", "00Q5g00000AbCdEEAV", """ "OwnerId":"0055g00000PersonAA","IntegrationHub_Lead_Id__c":"0123456789abcdef01234567" """),
        { Method: "PATCH" } => new(HttpStatusCode.NoContent),
        { Path: var path } when path.EndsWith("/queryAll", StringComparison.Ordinal) => Page(),
        _ => VendorStub.Json("""[{"errorCode":"NOT_FOUND"}]""", HttpStatusCode.NotFound),
    };

    private static HttpResponseMessage Page(params string[] rows) => VendorStub.Json($$"""{"done":true,"records":[{{string.Join(',', rows)}}]}""");

    private static HttpResponseMessage Row(string type, string id, string fields) => VendorStub.Json($$"""{"attributes":{"type":"{{type}}"},"Id":"{{id}}",{{fields}}}""");

    private static HandoffOrder Order(LeadProfile profile, string? known = null) => new(
        new() { Id = "handoff-1", To = Team.Sales, Stage = FunnelStage.Evaluation, EnteredAt = Noon, AnnouncedAt = Noon, Reason = "asked for a price" },
        new()
        {
            LeadId = LeadId.Parse("0123456789abcdef01234567"), Stage = FunnelStage.Evaluation, Owner = Team.Sales, EnteredAt = Noon, Entries = [], Deals = [], EmailConsent = ConsentState.Unknown,
            Profile = profile, Identities = known is null ? [] : [IdentityKey.Person("salesforce", known)], Held = [], Hash = "",
        },
        new() { Who = "Ada Byron", Company = "Acme", Stage = "Evaluation", WhyNow = "asked for a price", Story = ["sent a form"], Missing = ["phone"] },
        Noon.AddDays(1));
}
