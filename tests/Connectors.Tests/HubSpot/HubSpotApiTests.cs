using System.Net;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.Connectors.Tests.HubSpot;

public sealed class HubSpotApiTests
{
    private static readonly Dictionary<string, string?> PrivateApp = new()
    {
        ["Type"] = "HubSpot", ["PortalId"] = "62515", ["BaseUrl"] = "https://vendor.test/hubspot", ["ClientSecret"] = "secret-0001", ["AccessToken"] = "token-0001",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(50, 1)]
    [InlineData(51, 2)]
    [InlineData(125, 3)]
    public async Task Contacts_are_asked_for_with_their_history_fifty_a_call(int contacts, int calls)
    {
        using var vendor = new VendorStub(asked => VendorStub.Json(Contacts(asked)));
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", PrivateApp);

        var enriched = await hubSpot.EnrichAsync([.. Enumerable.Range(1, contacts).Select(id => Created($"{id}"))], Stop);

        var reads = vendor.Calls.Where(call => call.Path.EndsWith("/objects/contacts/batch/read", StringComparison.Ordinal)).ToList();
        Assert.Equal(calls, reads.Count);
        Assert.All(reads, call => Assert.Equal(("POST", "/hubspot/crm/v3/objects/contacts/batch/read", "Bearer token-0001"), (call.Method, call.Path, call.Authorization)));
        Assert.All(reads, call => Assert.InRange(call.Json["inputs"]!.AsArray().Count, 1, 50));
        Assert.Equal(Enumerable.Range(1, contacts).Select(id => $"person{id}@example.com"), enriched.Select(source => source.SubjectEmail));
        Assert.All(enriched, source => Assert.Empty(source.NeedsEnrichment));
    }

    [Fact]
    public async Task A_contact_named_often_is_asked_for_once_and_one_that_is_gone_leaves_its_event_as_it_was()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"status":"COMPLETE","results":[],"errors":[{"category":"OBJECT_NOT_FOUND"}]}""", HttpStatusCode.MultiStatus));
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", PrivateApp);
        var created = Created("1");

        var enriched = await hubSpot.EnrichAsync([created, created with { DedupeKey = "other" }], Stop);

        Assert.Single(Assert.Single(vendor.Calls).Json["inputs"]!.AsArray());
        Assert.Equal([created, created with { DedupeKey = "other" }], enriched);
    }

    [Fact]
    public async Task What_an_event_says_itself_stays_and_the_record_fills_in_the_rest()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"results":[{"id":"1","properties":{"email":"Ada@Example.com","firstname":"Ada","company":"New Ltd","phone":null}}]}"""));
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", PrivateApp);

        var enriched = Assert.IsType<ContactCreatedEvent>(Assert.Single(await hubSpot.EnrichAsync([Created("1") with { Profile = new() { Company = "Old Ltd" } }], Stop)));

        Assert.Equal(new LeadProfile { Email = "ada@example.com", FirstName = "Ada", Company = "Old Ltd" }, enriched.Profile);
    }

    [Fact]
    public async Task Whoever_had_opted_out_before_is_met_opted_out()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"results":[{"id":"1","properties":{"email":"ada@example.com","hs_email_optout":"true"}}]}"""));
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", PrivateApp);

        var enriched = await hubSpot.EnrichAsync([Created("1")], Stop);

        Assert.Equal([SourceEventKind.ContactCreated, SourceEventKind.ConsentUnsubscribed], enriched.Select(source => source.Kind));
        Assert.Equal(2, enriched.Select(source => source.DedupeKey).Distinct().Count());
    }

    [Fact]
    public async Task A_deal_gets_its_people_its_worth_and_its_currency()
    {
        using var vendor = new VendorStub(DealVendor);
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", PrivateApp);

        var enriched = Assert.IsType<DealChangedEvent>(Assert.Single(await hubSpot.EnrichAsync([Deal("5501") with { ToStageRaw = "qualifiedtobuy", Meaning = DealStageMeaning.Open(FunnelStage.Evaluation) }], Stop)));

        Assert.Equal([IdentityKey.Person("hubspot", "9"), IdentityKey.Person("hubspot", "1201")], enriched.People);
        Assert.Equal((1200.50m, "EUR", "42"), (enriched.Amount, enriched.Currency, enriched.Owner));
        Assert.Equal(2, vendor.Calls.Count);
    }

    [Theory]
    [InlineData("777", SourceEventKind.DealWon, FunnelStage.Commitment, DealStatus.Won, false)]
    [InlineData("778", SourceEventKind.DealLost, null, DealStatus.Lost, false)]
    [InlineData("779", SourceEventKind.DealStageChanged, null, DealStatus.Open, true)]
    [InlineData("780", SourceEventKind.DealStageChanged, null, DealStatus.Open, true)]
    public async Task A_stage_of_another_pipeline_is_won_or_lost_by_its_probability_and_else_held(string raw, SourceEventKind kind, FunnelStage? stage, DealStatus status, bool unmapped)
    {
        using var vendor = new VendorStub(DealVendor);
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", PrivateApp);
        var moved = Deal("5501") with { ToStageRaw = raw };

        var enriched = await hubSpot.EnrichAsync([moved, moved with { DedupeKey = "other" }], Stop);

        Assert.All(enriched.Cast<DealChangedEvent>(), source => Assert.Equal((kind, stage, status, unmapped), (source.Kind, source.Stage, source.Status, source.Unmapped)));
        Assert.Single(vendor.Calls, call => call.Path.EndsWith("/crm/v3/pipelines/deals", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SourceEventKind.ResyncRequired, SourceEventKind.DealWon)]
    [InlineData(SourceEventKind.AssociationChanged, SourceEventKind.AssociationChanged)]
    public async Task An_event_that_does_not_say_where_its_deal_stands_gets_where_it_stands_now(SourceEventKind asked, SourceEventKind told)
    {
        using var vendor = new VendorStub(DealVendor);
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", PrivateApp);

        var enriched = Assert.IsAssignableFrom<DealStateEvent>(Assert.Single(await hubSpot.EnrichAsync([Without("5502", asked)], Stop)));

        Assert.Equal((told, "closedwon", DealStatus.Won, FunnelStage.Commitment), (enriched.Kind, enriched.ToStageRaw, enriched.Status, enriched.Stage));
    }

    [Theory]
    [InlineData(SourceEventKind.ResyncRequired)]
    [InlineData(SourceEventKind.AssociationChanged)]
    public async Task What_a_deal_that_is_read_again_has_no_more_is_cleared(SourceEventKind kind)
    {
        using var vendor = new VendorStub(asked => asked.Path.Contains("/associations/", StringComparison.Ordinal)
            ? VendorStub.Json("""{"results":[]}""")
            : VendorStub.Json("""{"results":[{"id":"5501","properties":{"dealstage":"qualifiedtobuy","amount":null,"deal_currency_code":"","hubspot_owner_id":null}}]}"""));

        var read = Assert.Single(await vendor.Connect<IEventEnricher>("hubspot", PrivateApp).EnrichAsync([Without("5501", kind)], Stop));

        Assert.Equal([DealProperty.Amount, DealProperty.Currency, DealProperty.Owner], Assert.IsAssignableFrom<DealStateEvent>(read).Cleared);
    }

    [Theory]
    [InlineData("dealstage", "closedwon")]
    [InlineData("dealtype", "existingbusiness")]
    public async Task A_known_deal_is_asked_for_its_type_where_types_mean_something(string property, string value)
    {
        using var vendor = new VendorStub(asked => asked.Path.Contains("/associations/", StringComparison.Ordinal)
            ? VendorStub.Json("""{"results":[]}""")
            : VendorStub.Json("""{"results":[{"id":"5501","properties":{"dealstage":"closedwon","dealtype":"existingbusiness"}}]}"""));
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", new Dictionary<string, string?>(PrivateApp) { ["DealTypeMap:existingbusiness"] = "repeat" });
        var changed = Assert.Single(Read(hubSpot, property, value));

        Assert.True(changed is DealChangedEvent { AsksRecord: true } or ResyncEvent);
        var won = Assert.IsType<DealChangedEvent>(Assert.Single(await hubSpot.EnrichAsync([changed], Stop)));
        Assert.Equal((SourceEventKind.DealWon, FunnelStage.Repeat), (won.Kind, won.Stage));
        Assert.All(Read(vendor.Connect<IEventEnricher>("hubspot", PrivateApp), property, value), source => Assert.False(Assert.IsType<DealChangedEvent>(source).AsksRecord));

        static IReadOnlyList<SourceEvent> Read(IConnector connector, string property, string value) => ((IDeliveryReader)connector).Read(new()
        {
            Connector = "hubspot", Headers = new Dictionary<string, string>(), ReceivedAt = DateTimeOffset.UnixEpoch,
            Body = System.Text.Encoding.UTF8.GetBytes($$"""[{"eventId":1,"portalId":62515,"subscriptionType":"deal.propertyChange","objectId":5501,"propertyName":"{{property}}","propertyValue":"{{value}}"}]"""),
        });
    }

    [Fact]
    public async Task A_deal_that_is_gone_is_not_asked_for()
    {
        using var vendor = new VendorStub(DealVendor);
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", PrivateApp);

        await hubSpot.EnrichAsync([new DealDeletedEvent(Deal("1")) { DealId = "1" }], Stop);

        Assert.Empty(vendor.Calls);
    }

    [Theory]
    [InlineData("lead", FunnelStage.Evaluation, new[] { "salesqualifiedlead" })]
    [InlineData("", FunnelStage.Evaluation, new[] { "salesqualifiedlead" })]
    [InlineData("customer", FunnelStage.Interest, new[] { "", "marketingqualifiedlead" })]
    [InlineData("94412345", FunnelStage.Interest, new string[0])]
    [InlineData("opportunity", FunnelStage.Evaluation, new string[0])]
    [InlineData("salesqualifiedlead", FunnelStage.Evaluation, new string[0])]
    [InlineData("customer", FunnelStage.Repeat, new string[0])]
    public async Task A_stage_is_written_only_where_it_differs_and_backwards_by_way_of_nothing(string current, FunnelStage stage, string[] written)
    {
        using var vendor = new VendorStub(_ => VendorStub.Json($$$"""{"id":"1","properties":{"lifecyclestage":"{{{current}}}"}}"""));
        var hubSpot = vendor.Connect<IPersonTarget>("hubspot", PrivateApp);

        Assert.Equal(written.Length > 0, await hubSpot.WriteStageAsync(IdentityKey.Person("hubspot", "1"), stage, Stop));

        var patches = vendor.Calls.Where(call => call.Method == "PATCH").ToList();
        Assert.All(patches, patch => Assert.Equal("/hubspot/crm/v3/objects/contacts/1", patch.Path));
        Assert.Equal(written, patches.Select(patch => (string?)patch.Json["properties"]!["lifecyclestage"]));
    }

    [Fact]
    public async Task Nothing_is_written_to_a_contact_that_is_gone()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("{}", HttpStatusCode.NotFound));
        var hubSpot = vendor.Connect<IPersonTarget>("hubspot", PrivateApp);

        Assert.False(await hubSpot.WriteStageAsync(IdentityKey.Person("hubspot", "1"), FunnelStage.Commitment, Stop));

        Assert.DoesNotContain(vendor.Calls, call => call.Method == "PATCH");
    }

    [Fact]
    public async Task A_stage_is_written_by_the_name_that_the_map_gives_it()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"id":"1","properties":{"lifecyclestage":"lead"}}"""));
        var hubSpot = vendor.Connect<IPersonTarget>("hubspot", new Dictionary<string, string?>(PrivateApp) { ["StageMap:salesqualifiedlead"] = "interest", ["StageMap:opportunity"] = "interest", ["StageMap:94412345"] = "evaluation" });

        Assert.True(await hubSpot.WriteStageAsync(IdentityKey.Person("hubspot", "1"), FunnelStage.Evaluation, Stop));

        Assert.Equal("94412345", (string?)vendor.Calls[^1].Json["properties"]!["lifecyclestage"]);
    }

    [Fact]
    public async Task An_OAuth_app_asks_for_a_token_once_and_anew_when_it_has_run_out()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1772446505));
        var tokens = 0;
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/token", StringComparison.Ordinal)
            ? VendorStub.Json($$"""{"access_token":"token-{{++tokens}}","refresh_token":"r","expires_in":1800}""")
            : VendorStub.Json("""{"id":"1","properties":{"lifecyclestage":"customer"}}"""));
        var hubSpot = vendor.Connect<IPersonTarget>(
            "hubspot", new Dictionary<string, string?>(PrivateApp) { ["AccessToken"] = null, ["ClientId"] = "client", ["RefreshToken"] = "refresh" }, clock);

        await hubSpot.WriteStageAsync(IdentityKey.Person("hubspot", "1"), FunnelStage.Commitment, Stop);
        clock.Advance(TimeSpan.FromMinutes(28));
        await hubSpot.WriteStageAsync(IdentityKey.Person("hubspot", "1"), FunnelStage.Commitment, Stop);
        clock.Advance(TimeSpan.FromMinutes(2));
        await hubSpot.WriteStageAsync(IdentityKey.Person("hubspot", "1"), FunnelStage.Commitment, Stop);

        Assert.Equal(["Bearer token-1", "Bearer token-1", "Bearer token-2"], vendor.Calls.Select(call => call.Authorization));
        Assert.Equal("grant_type=refresh_token&client_id=client&client_secret=secret-0001&refresh_token=refresh", vendor.All[0].Body);
    }

    [Theory]
    [InlineData(423)]
    [InlineData(477)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task What_passes_is_told_as_try_later(int status)
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("{}", (HttpStatusCode)status));
        var hubSpot = vendor.Connect<IPersonTarget>("hubspot", PrivateApp);

        var failure = await Assert.ThrowsAsync<VendorUnavailableException>(() => hubSpot.WriteStageAsync(IdentityKey.Person("hubspot", "1"), FunnelStage.Commitment, Stop));

        Assert.DoesNotContain("token-0001", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Associations_beyond_one_answer_are_read_on()
    {
        var asked = new List<string?>();
        using var vendor = new VendorStub(call =>
        {
            if (!call.Path.Contains("/associations/", StringComparison.Ordinal))
            {
                return VendorStub.Json("""{"results":[]}""");
            }

            var after = (string?)call.Json["inputs"]![0]!["after"];
            asked.Add(after);
            var (next, first) = after switch { null => ("\"500\"", 1), "500" => ("\"1000\"", 501), _ => ("null", 1001) };
            return VendorStub.Json($$$"""{"results":[{"from":{"id":"5501"},"to":[{{{string.Join(',', Enumerable.Range(first, 500).Select(id => $$"""{"toObjectId":{{id}}}"""))}}}],"paging":{"next":{"after":{{{next}}} } } }]}""");
        });

        var enriched = Assert.Single(await vendor.Connect<IEventEnricher>("hubspot", PrivateApp).EnrichAsync([Deal("5501")], Stop));

        Assert.Equal([null, "500", "1000"], asked);
        Assert.Equal(1500, enriched.People.Length);
    }

    [Theory]
    [InlineData("spring-2026", "spring-2026")]
    [InlineData("", "Webinar: Sign up")]
    public async Task A_conversion_has_the_campaign_that_the_contact_names_and_else_its_own_name(string named, string campaign)
    {
        using var vendor = new VendorStub(call => VendorStub.Json(
            call.Path.Contains("/contacts/batch", StringComparison.Ordinal) ? $$$"""{"results":[{"id":"1","properties":{"utm_campaign":"{{{named}}}"}}]}""" : """{"results":[]}"""));
        var hubSpot = vendor.Connect<IEventEnricher>("hubspot", [.. PrivateApp, KeyValuePair.Create<string, string?>("CampaignProperty", "utm_campaign")]);
        var conversion = new ActivityEvent(Created("1")) { Touch = TouchKind.Form, Campaign = "Webinar: Sign up", AsksRecord = true };

        var enriched = Assert.IsType<ActivityEvent>(Assert.Single(await hubSpot.EnrichAsync([conversion], Stop)));

        Assert.Equal(campaign, enriched.Campaign);
        Assert.Contains("utm_campaign", vendor.Calls[0].Json["properties"]!.ToJsonString(), StringComparison.Ordinal);
    }

    private static ContactCreatedEvent Created(string id) =>
        new(new EventHeader($"created {id}", ToolSide.Marketing, null) { People = [IdentityKey.Person("hubspot", id)] }) { NeedsEnrichment = ["email"] };

    private static DealChangedEvent Deal(string id) =>
        new(new EventHeader($"deal {id}", ToolSide.Crm, null)) { DealId = id, NeedsEnrichment = ["email", "fromStage"] };

    /// <summary>An event of a kind that does not say where its deal stands.</summary>
    private static SourceEvent Without(string id, SourceEventKind kind) =>
        kind == SourceEventKind.ResyncRequired ? new ResyncEvent(Deal(id)) { DealId = id } : new AssociationAddedEvent(Deal(id)) { DealId = id };

    private static string Contacts(Asked asked) => new JsonObject
    {
        ["results"] = new JsonArray([.. asked.Json["inputs"]!.AsArray().Select(input => new JsonObject
        {
            ["id"] = (string?)input!["id"], ["properties"] = new JsonObject { ["email"] = $"Person{input["id"]}@Example.com" },
        })]),
    }.ToJsonString();

    private static HttpResponseMessage DealVendor(Asked asked) => VendorStub.Json(asked.Path switch
    {
        "/hubspot/crm/v3/objects/deals/batch/read" => """
            {"results":[{"id":"5501","properties":{"amount":"1200.50","deal_currency_code":"EUR","hubspot_owner_id":"42","dealstage":"779"}},
                        {"id":"5502","properties":{"dealstage":"closedwon"}}]}
            """,
        "/hubspot/crm/v4/associations/deals/contacts/batch/read" => """{"results":[{"from":{"id":"5501"},"to":[{"toObjectId":1201,"associationTypes":[]},{"toObjectId":9}]}]}""",
        "/hubspot/crm/v3/pipelines/deals" => """
            {"results":[{"id":"p","stages":[{"id":"777","metadata":{"probability":"1.0"}},{"id":"778","metadata":{"probability":"0.0"}},{"id":"779","metadata":{"probability":"0.4"}}]}]}
            """,
        _ => throw new InvalidOperationException(asked.Path),
    });
}
