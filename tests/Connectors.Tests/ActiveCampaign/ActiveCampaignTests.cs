using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.ActiveCampaign;

public sealed class ActiveCampaignTests
{
    private static readonly DateTimeOffset SentAt = new(2026, 3, 2, 10, 15, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "ActiveCampaign", ["Account"] = "acme", ["ApiKey"] = "key", ["UrlToken"] = "token", ["WriteStageTag"] = "true", ["ListId"] = "1",
        ["WriteProfile"] = "phone,firstName", ["DealStageMap:3"] = "evaluation", ["DealStageMap:9"] = "won", ["StageMap:warm"] = "interest",
    };

    private static readonly IdentityKey Lia = IdentityKey.Person("activecampaign", "10");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("type=subscribe&list=1", SourceEventKind.ConsentSubscribed)]
    [InlineData("type=subscribe&list=0", SourceEventKind.ContactCreated)]
    [InlineData("type=subscribe", SourceEventKind.ContactCreated)]
    [InlineData("type=unsubscribe&list=0", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("type=bounce&bounce[type]=hard", SourceEventKind.ConsentBounced)]
    [InlineData("type=bounce&bounce[type]=soft", SourceEventKind.Ignored)]
    [InlineData("type=update", SourceEventKind.ContactUpdated)]
    [InlineData("type=contact_tag_added&tag=stage:evaluation", SourceEventKind.StageChanged)]
    [InlineData("type=contact_tag_added&tag=Stage:+Warm", SourceEventKind.StageChanged)]
    [InlineData("type=contact_tag_added&tag=newsletter", SourceEventKind.ContactUpdated)]
    [InlineData("type=contact_tag_removed&tag=stage:evaluation", SourceEventKind.ContactUpdated)]
    [InlineData("type=open&campaign[id]=7", SourceEventKind.Activity)]
    [InlineData("type=click&link[url]=https://example.com", SourceEventKind.Activity)]
    [InlineData("type=sent", SourceEventKind.Ignored)]
    [InlineData("type=deal_task_complete", SourceEventKind.Ignored)]
    public void A_type_means_what_the_vendor_says(string fields, SourceEventKind kind) => Assert.Equal(kind, Read(fields).Kind);

    [Theory]
    [InlineData("stage:evaluation", FunnelStage.Evaluation)]
    [InlineData("Stage: Warm", FunnelStage.Interest)]
    [InlineData("stage:Warteraum", null)]
    [InlineData("stage:", null)]
    public void The_rest_of_a_stages_tag_is_looked_up(string tag, FunnelStage? stage)
    {
        var read = Assert.IsType<StageChangedEvent>(Read($"type=contact_tag_added&tag={Uri.EscapeDataString(tag)}"));

        Assert.Equal((tag, stage, stage is null), (read.ToStageRaw, read.Stage, read.Unmapped));
    }

    [Theory]
    [InlineData("type=deal_add&deal[stageid]=3&deal[status]=0", SourceEventKind.DealCreated, "3", FunnelStage.Evaluation)]
    [InlineData("type=deal_add&deal[stageid]=3&deal[status]=1", SourceEventKind.DealWon, "3", FunnelStage.Commitment)]
    [InlineData("type=deal_update&deal[stageid]=3&deal[status]=0&updated_fields[0]=mdate&updated_fields[1]=stage", SourceEventKind.DealStageChanged, "3", FunnelStage.Evaluation)]
    [InlineData("type=deal_update&deal[stageid]=3&deal[status]=0", SourceEventKind.DealStageChanged, "3", FunnelStage.Evaluation)]
    [InlineData("type=deal_update&deal[stageid]=3&deal[status]=0&updated_fields[0]=value", SourceEventKind.DealUpdated, null, null)]
    [InlineData("type=deal_update&deal[stageid]=3&deal[status]=1&updated_fields[0]=title", SourceEventKind.DealUpdated, null, null)]
    [InlineData("type=deal_update&deal[stageid]=3&deal[status]=2&updated_fields[0]=status", SourceEventKind.DealLost, "3", null)]
    [InlineData("type=deal_update&deal[stageid]=3&deal[status]=0&updated_fields[0]=status", SourceEventKind.DealStageChanged, "3", FunnelStage.Evaluation)]
    [InlineData("type=deal_update&deal[stageid]=9&deal[status]=0&updated_fields[0]=stage", SourceEventKind.DealWon, "9", FunnelStage.Commitment)]
    [InlineData("type=deal_update&deal[stageid]=77&deal[status]=0&updated_fields[0]=stage", SourceEventKind.DealStageChanged, "77", null)]
    public void A_deals_status_decides_before_its_stage_which_counts_when_it_changed(string fields, SourceEventKind kind, string? raw, FunnelStage? stage)
    {
        var read = Assert.IsType<DealChangedEvent>(Read($"{fields}&deal[id]=5&deal[contactid]=10"));

        Assert.Equal((kind, raw, stage), (read.Kind, read.ToStageRaw, read.Stage));
        Assert.Equal(kind == SourceEventKind.DealStageChanged, read.NeedsEnrichment.Contains("fromStage"));
    }

    [Theory]
    [InlineData("deal[value]=4%2C250.75&deal[value_raw]=4250.75", "4250.75")]
    [InlineData("deal[value]=1%2C234.50", "1234.50")]
    [InlineData("deal[value]=100.00&deal[value_raw]=", "100.00")]
    [InlineData("deal[value]=a+lot", null)]
    [InlineData("deal[value_raw]=0", "0")]
    public void A_value_is_in_major_units_and_may_have_commas_for_thousands(string fields, string? amount)
    {
        var read = Assert.IsType<DealChangedEvent>(Read($"type=deal_add&deal[id]=5&deal[currency]=eur&{fields}"));

        Assert.Equal((amount is null ? (decimal?)null : decimal.Parse(amount, CultureInfo.InvariantCulture), "EUR"), (read.Amount, read.Currency));
    }

    [Theory]
    [InlineData("type=deal_add")]
    [InlineData("type=deal_add&deal[id]=")]
    [InlineData("type=subscribe&contact[id]=0&contact[email]=nobody")]
    public void What_names_no_record_is_parked(string fields) => Assert.IsType<UnreadableEvent>(Read(fields, contact: ""));

    [Theory]
    [InlineData("2026-03-02T04%3A15%3A00-06%3A00", "2026-03-02T10:15:00Z")]
    [InlineData("2026-03-02T11%3A15%3A00%2B01%3A00", "2026-03-02T10:15:00Z")]
    [InlineData("soon", null)]
    public void A_time_has_the_accounts_offset(string time, string? expected) =>
        Assert.Equal(expected is null ? (DateTimeOffset?)null : DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), Read($"type=update&date_time={time}").OccurredAt);

    [Fact]
    public void An_address_with_a_plus_and_a_name_with_an_umlaut_are_decoded_and_a_blank_name_was_cleared()
    {
        var read = Assert.IsType<ContactUpdatedEvent>(Read("type=update&contact[id]=90071992547409931&contact[email]=Lia%2Bnews@example.com&contact[first_name]=J%C3%BCrgen&contact[last_name]=", contact: ""));

        Assert.Equal(("lia+news@example.com", "Jürgen", "", null, "90071992547409931"), (read.SubjectEmail, read.Profile!.FirstName, read.Profile.LastName, read.Profile.Phone, read.People[0].Id));
    }

    [Fact]
    public void Two_tags_within_one_second_are_two_events()
    {
        var (one, other) = (Read("type=contact_tag_added&date_time=2026-03-02T04:15:00Z&tag=a"), Read("type=contact_tag_added&date_time=2026-03-02T04:15:00Z&tag=b"));

        Assert.NotEqual(one.DedupeKey, other.DedupeKey);
    }

    [Fact]
    public async Task A_wish_is_compared_and_only_the_differences_are_written_an_opt_out_first()
    {
        using var vendor = ActiveCampaign();
        var wish = new PersonWish
        {
            Stage = FunnelStage.Evaluation, OptedOut = true,
            Profile = new Dictionary<PersonProperty, string> { [PersonProperty.FirstName] = "Lia", [PersonProperty.Phone] = "030" }.ToImmutableDictionary(),
        };

        Assert.True(await vendor.Connect<IPersonTarget>("activecampaign", Settings).WriteAsync(Lia, wish, Stop));

        Assert.Equal(
            [
                """POST /api/3/contactLists {"contactList":{"list":"1","contact":"10","status":2}}""",
                """POST /api/3/contactLists {"contactList":{"list":"3","contact":"10","status":2}}""",
                """POST /api/3/tags {"tag":{"tag":"stage:evaluation","tagType":"contact"}}""",
                """POST /api/3/contactTags {"contactTag":{"contact":"10","tag":"21"}}""",
                "DELETE /api/3/contactTags/5",
                """PUT /api/3/contacts/10 {"contact":{"phone":"030"}}""",
            ],
            vendor.Calls.Where(call => call.Method != "GET").Select(call => $"{call.Method} {call.Path} {call.Body}".Trim()));
        Assert.All(vendor.Calls, call => Assert.StartsWith("https://acme.api-us1.com/", call.Url.AbsoluteUri, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_written_to_a_contact_who_is_as_wished_or_gone()
    {
        using var same = ActiveCampaign();
        using var gone = new VendorStub(_ => VendorStub.Json("{}", HttpStatusCode.NotFound));

        Assert.False(await same.Connect<IPersonTarget>("activecampaign", Settings).WriteAsync(Lia, new() { Stage = FunnelStage.Interest, OptedOut = false }, Stop));
        Assert.Null(await gone.Connect<IPersonTarget>("activecampaign", Settings).PlanAsync(Lia, new() { Stage = FunnelStage.Interest }, Stop));
        Assert.False(await gone.Connect<INoteTarget>("activecampaign", Settings).WriteNoteAsync(Lia, new("n1", SentAt, ["Budget moved"]), Stop));
    }

    [Fact]
    public async Task An_opt_out_is_withdrawn_to_the_configured_list_only()
    {
        const string Out = """{"contact":{},"contactLists":[{"list":"3","status":"2"}]}""";
        using var vendor = new VendorStub(_ => VendorStub.Json(Out));
        var without = new Dictionary<string, string?>(Settings) { ["ListId"] = null };

        Assert.False(await vendor.Connect<IPersonTarget>("activecampaign", without).WriteAsync(Lia, new() { OptedOut = false }, Stop));
        Assert.True(await vendor.Connect<IPersonTarget>("activecampaign", Settings).WriteAsync(Lia, new() { OptedOut = false }, Stop));

        Assert.Equal("""{"contactList":{"list":"1","contact":"10","status":1}}""", Assert.Single(vendor.Calls, call => call.Method == "POST").Body);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("Budget moved [integration-hub n1]", 0)]
    public async Task A_note_is_written_once(string there, int posts)
    {
        using var vendor = new VendorStub(_ => VendorStub.Json($$"""{"notes":[{"note":"{{there}}"}]}"""));

        Assert.True(await vendor.Connect<INoteTarget>("activecampaign", Settings).WriteNoteAsync(Lia, new("n1", SentAt, ["Budget moved"]), Stop));

        var written = vendor.Calls.Where(call => call.Method == "POST").ToList();
        Assert.Equal(posts, written.Count);
        Assert.All(written, call => Assert.Equal("""{"note":{"note":"Budget moved\n\n[integration-hub n1]","relid":"10","reltype":"Subscriber"}}""", call.Body));
    }

    private static VendorStub ActiveCampaign() => new(call => (call.Method, call.Path) switch
    {
        ("GET", "/api/3/contacts/10") => VendorStub.Json(
            """{"contact":{"id":"10","firstName":"Lia","phone":""},"contactLists":[{"list":"1","status":"1"},{"list":"2","status":"2"},{"list":"3","status":"1"}]}"""),
        ("GET", "/api/3/contacts/10/contactTags") => VendorStub.Json("""{"contactTags":[{"id":"4","tag":"19"},{"id":"5","tag":"20"}]}"""),
        ("GET", "/api/3/tags") => VendorStub.Json("""{"tags":[{"id":"19","tag":"backstage:interest"},{"id":"20","tag":"stage:interest"}]}"""),
        ("POST", "/api/3/tags") => VendorStub.Json("""{"tag":{"id":"21","tag":"stage:evaluation"}}"""),
        _ => VendorStub.Json("{}"),
    });

    private static SourceEvent Read(string fields, string contact = "&contact[id]=10&contact[email]=lia@example.com")
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("A delivery needs no call."));
        return Assert.Single(vendor.Connect<IWebhookSource>("activecampaign", Settings).Read(new()
        {
            Connector = "activecampaign", Body = Encoding.UTF8.GetBytes(fields + contact), ReceivedAt = SentAt, Headers = new Dictionary<string, string>(),
        }));
    }
}
