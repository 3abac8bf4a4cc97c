using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Marketo;

public sealed class MarketoTests
{
    private const string Empty = """{"success":true,"nextPageToken":"T2==","moreResult":false}""";

    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "Marketo", ["BaseUrl"] = "https://vendor.test", ["MunchkinId"] = "123-ABC-456", ["ClientId"] = "id", ["ClientSecret"] = "secret",
        ["WebhookToken"] = "token", ["PollSince"] = "2026-03-01T00:00:00Z", ["WriteStage:Interest"] = "Working", ["WriteStage:Evaluation"] = "Attended", ["WriteProfile"] = "phone",
        ["AppUrl"] = "https://app-ab12.marketo.com",
    };

    private static readonly IdentityKey Ana = IdentityKey.Person("marketo", "7");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_poll_asks_for_a_token_of_each_stream_and_the_next_one_goes_on_by_the_token()
    {
        using var vendor = new VendorStub(Token(asked => Is(asked, "activities.json") ? Page("T2==", false, """{"marketoGUID":"1","leadId":7,"activityDate":"2026-03-02T10:10:00Z","activityTypeId":2,"primaryAttributeValue":"Demo"}""") : Since(asked) ?? Empty));
        var source = vendor.Connect<IPollSource>("marketo", Settings);

        var first = await source.PollAsync(null, Now, Stop);
        var second = await source.PollAsync(first.NextCursor, Now, Stop);

        Assert.False(first.More);
        Assert.Equal(TouchKind.Form, Assert.IsType<ActivityEvent>(Assert.Single(source.Read(Assert.Single(first.Deliveries)))).Touch);
        Assert.Equal(9, vendor.Calls.Count);
        Assert.Equal("?sinceDatetime=2026-03-01T00:00:00Z", vendor.Calls[0].Query);
        Assert.Contains("fields=leadStatus,email,unsubscribed,leadScore,", vendor.Calls[1].Query, StringComparison.Ordinal);
        Assert.Equal("?activityTypeIds=1,2,3,8,9,10,11,32,46,104&nextPageToken=T1==", vendor.Calls[3].Query);
        Assert.All(vendor.Calls.Skip(6), call => Assert.EndsWith("nextPageToken=T2%3D%3D", call.Url.Query, StringComparison.Ordinal));
        Assert.Single(second.Deliveries);
    }

    [Fact]
    public async Task An_empty_page_is_not_the_end_and_a_page_without_more_is()
    {
        using var vendor = new VendorStub(Token(asked => Since(asked) ?? (asked.Query.Contains("T1", StringComparison.Ordinal) ? """{"success":true,"nextPageToken":"T2==","moreResult":true}""" : """{"success":true,"nextPageToken":"T3==","moreResult":false,"result":[]}""")));
        var source = vendor.Connect<IPollSource>("marketo", Settings);

        var first = await source.PollAsync(null, Now, Stop);
        var second = await source.PollAsync(first.NextCursor, Now, Stop);

        Assert.True(first.More);
        Assert.False(second.More);
        Assert.Empty(first.Deliveries);
    }

    [Fact]
    public async Task A_token_that_is_no_longer_taken_is_replaced_once_by_one_of_the_time_that_was_reached_less_the_overlap()
    {
        var expired = false;
        using var vendor = new VendorStub(Token(asked => Since(asked)
            ?? (expired && asked.Query.Contains("T2", StringComparison.Ordinal) ? Refusal("1003")
            : Is(asked, "activities.json") ? Page("T2==", false, """{"marketoGUID":"1","leadId":7,"activityDate":"2026-03-02T10:10:00+0000","activityTypeId":9}""", """{"marketoGUID":"2","leadId":7,"activityDate":"2090-03-02T10:10:00Z","activityTypeId":9}""")
            : Empty)));
        var source = vendor.Connect<IPollSource>("marketo", Settings);
        var first = await source.PollAsync(null, Now, Stop);
        expired = true;

        var second = await source.PollAsync(first.NextCursor, Now, Stop);

        Assert.Equal(["?sinceDatetime=2026-02-28T23:55:00Z", "?sinceDatetime=2026-03-02T10:05:00Z", "?sinceDatetime=2026-02-28T23:55:00Z"], vendor.Calls.Skip(6).Select(call => call.Query).Where(query => query.Contains("since", StringComparison.Ordinal)));
        Assert.Equal(source.Read(first.Deliveries[0]).Select(read => read.DedupeKey), source.Read(second.Deliveries[0]).Select(read => read.DedupeKey));
    }

    [Fact]
    public async Task A_refusal_that_stays_ends_the_step()
    {
        using var vendor = new VendorStub(Token(asked => Since(asked) ?? Refusal("1003")));
        var source = vendor.Connect<IPollSource>("marketo", Settings);

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(() => source.PollAsync("""{"changes":{"Token":"T","At":"2026-03-02T10:00:00Z","More":false}}""", Now, Stop));

        Assert.Equal("1003", refused.ErrorCode);
        Assert.Equal(3, vendor.Calls.Count);
    }

    [Fact]
    public async Task A_page_that_names_itself_as_the_next_one_and_has_more_stops_with_a_sentence()
    {
        using var vendor = new VendorStub(Token(asked => Since(asked) ?? """{"success":true,"nextPageToken":"T1==","moreResult":true}"""));

        var failure = await Assert.ThrowsAsync<UnreadableDeliveryException>(() => vendor.Connect<IPollSource>("marketo", Settings).PollAsync(null, Now, Stop));

        Assert.Contains("names itself", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("606", 20)]
    [InlineData("607", 18 * 3600)]
    public async Task A_limit_that_comes_as_200_waits_as_long_as_it_lasts(string code, int seconds)
    {
        using var vendor = new VendorStub(Token(_ => Refusal(code)));

        var busy = await Assert.ThrowsAsync<VendorUnavailableException>(() => vendor.Connect<IPollSource>("marketo", Settings, new StillTimeProvider(Now)).PollAsync(null, Now, Stop));

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(seconds)), (busy.Status, busy.RetryAfter));
        Assert.Single(vendor.Calls);
    }

    [Theory]
    [InlineData("615")]
    [InlineData("604")]
    [InlineData("713")]
    public async Task A_passing_refusal_that_comes_as_200_is_tried_again_at_once(string code)
    {
        var asked = 0;
        using var vendor = new VendorStub(Token(_ => asked++ == 0 ? Refusal(code) : """{"success":true,"result":[{"id":7,"email":"ana@example.com"}]}"""));

        Assert.NotNull(await vendor.Connect<IPersonTarget>("marketo", Settings).PlanAsync(Ana, new() { OptedOut = true }, Stop));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_missing_permission_is_refused_and_not_tried_again()
    {
        using var vendor = new VendorStub(Token(_ => Refusal("603")));

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(() => vendor.Connect<IPersonTarget>("marketo", Settings).PlanAsync(Ana, new() { OptedOut = true }, Stop));

        Assert.Equal((HttpStatusCode.Forbidden, "603"), (refused.Status, refused.ErrorCode));
        Assert.Single(vendor.Calls);
    }

    [Theory]
    [InlineData("601")]
    [InlineData("602")]
    public async Task A_token_that_Marketo_refuses_with_200_is_renewed_and_the_call_repeated_once(string code)
    {
        var (clock, tokens) = (new StillTimeProvider(Now), 0);
        using var vendor = new VendorStub(asked => VendorStub.Json(
            asked.Path.EndsWith("/token", StringComparison.Ordinal) ? $$"""{"access_token":"t{{++tokens}}","expires_in":3000}"""
            : asked.Authorization == "Bearer t1" && tokens == 1 && clock.GetUtcNow() > Now ? Refusal(code)
            : """{"success":true,"result":[{"id":7}]}"""));
        var target = vendor.Connect<IPersonTarget>("marketo", Settings, clock);
        await target.PlanAsync(Ana, new() { OptedOut = true }, Stop);
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.NotNull(await target.PlanAsync(Ana, new() { OptedOut = true }, Stop));

        Assert.Equal(["Bearer t1", "Bearer t1", "Bearer t2"], vendor.Calls.Select(call => call.Authorization));
    }

    [Fact]
    public async Task A_token_is_asked_for_ahead_of_its_end_and_one_about_to_end_is_waited_out()
    {
        var (clock, left) = (new StillTimeProvider(Now), new Queue<int>([120, 30, 0, 3600]));
        using var vendor = new VendorStub(asked => VendorStub.Json(asked.Path.EndsWith("/token", StringComparison.Ordinal) ? $$"""{"access_token":"t","expires_in":{{left.Dequeue()}}}""" : """{"success":true,"result":[{"id":7}]}"""));
        var target = vendor.Connect<IPersonTarget>("marketo", Settings, clock);
        await target.PlanAsync(Ana, new(), Stop);
        clock.Advance(TimeSpan.FromSeconds(109));
        await target.PlanAsync(Ana, new(), Stop);
        clock.Advance(TimeSpan.FromSeconds(28));
        var planned = await target.PlanAsync(Ana, new(), Stop);

        Assert.NotNull(planned);
        Assert.Empty(left);
    }

    [Fact]
    public async Task Reads_stop_when_the_share_of_the_day_is_used_up_and_writes_go_on()
    {
        var clock = new StillTimeProvider(Now);
        using var vendor = new VendorStub(Token(_ => """{"success":true,"result":[{"id":7,"status":"updated"}]}"""));
        var target = vendor.Connect<IPersonTarget>("marketo", new Dictionary<string, string?>(Settings) { ["DailyCalls"] = "1000" }, clock);
        var plan = (await target.PlanAsync(Ana, new() { OptedOut = true }, Stop))!;
        for (var call = 1; call < 1000; call++)
        {
            await target.PlanAsync(Ana, new(), Stop);
        }

        var busy = await Assert.ThrowsAsync<VendorUnavailableException>(() => target.PlanAsync(Ana, new(), Stop));
        await target.WriteAsync(plan, Stop);
        clock.Advance(TimeSpan.FromHours(18));

        Assert.Equal(TimeSpan.FromHours(18), busy.RetryAfter);
        Assert.NotNull(await target.PlanAsync(Ana, new(), Stop));
    }

    [Theory]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":1,"primaryAttributeValue":"/pricing"}""", SourceEventKind.Activity, FunnelStage.Awareness)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":10,"primaryAttributeValue":"March"}""", SourceEventKind.Activity, FunnelStage.Interest)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":11,"attributes":[{"name":"Link","value":"https://x.example"}]}""", SourceEventKind.Activity, FunnelStage.Interest)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":46,"primaryAttributeValue":"Web"}""", SourceEventKind.Activity, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":8}""", SourceEventKind.ConsentBounced, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":9}""", SourceEventKind.ConsentUnsubscribed, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":6}""", SourceEventKind.Ignored, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":104,"attributes":[{"name":"Old Status","value":"Sent"},{"name":"New Status","value":"Influenced"}]}""", SourceEventKind.StageChanged, FunnelStage.Evaluation)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":104,"attributes":[{"name":"Old Status","value":"Sent"},{"name":"New Status","value":"Sent"}]}""", SourceEventKind.Ignored, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":104,"attributes":[{"name":"New Status","value":"Brand new"}]}""", SourceEventKind.StageChanged, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":101,"attributes":[{"name":"Old Stage","value":"Sent"},{"name":"New Stage","value":"Engaged"}]}""", SourceEventKind.StageChanged, FunnelStage.Interest)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":22,"primaryAttributeValue":"Lead Score","attributes":[{"name":"New Value","value":"12"}]}""", SourceEventKind.ContactUpdated, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":22,"primaryAttributeValue":"Other Score","attributes":[{"name":"New Value","value":"12"}]}""", SourceEventKind.Ignored, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":32,"attributes":[]}""", SourceEventKind.Ignored, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":4711}""", SourceEventKind.Ignored, null)]
    [InlineData("""{"leadId":7,"activityTypeId":9}""", SourceEventKind.Ignored, null)]
    [InlineData("""{"marketoGUID":"1","activityTypeId":9}""", SourceEventKind.Ignored, null)]
    [InlineData("7", SourceEventKind.Ignored, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":13,"primaryAttributeValue":"Lead Status","attributes":[{"name":"Old Value","value":"Sent"},{"name":"New Value","value":"Working"}]}""", SourceEventKind.StageChanged, FunnelStage.Interest)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":13,"fields":[{"name":"unsubscribed","oldValue":"false","newValue":"true"}]}""", SourceEventKind.ConsentUnsubscribed, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":13,"fields":[{"name":"unsubscribed","oldValue":"true","newValue":"false"}]}""", SourceEventKind.ConsentSubscribed, FunnelStage.Awareness)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":13,"fields":[{"name":"unsubscribed","oldValue":null,"newValue":"false"}]}""", SourceEventKind.Ignored, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":13,"fields":[{"name":"email","oldValue":"old@example.com","newValue":"New@Example.com"}]}""", SourceEventKind.EmailChanged, null)]
    [InlineData("""{"marketoGUID":"1","leadId":7,"activityTypeId":13,"fields":[{"name":"unknown","newValue":"x"}]}""", SourceEventKind.Ignored, null)]
    public void An_activity_means_what_its_type_says(string row, SourceEventKind kind, FunnelStage? stage)
    {
        var read = Assert.Single(Read(row));

        Assert.Equal(kind, read.Kind);
        Assert.Equal(stage, read switch { IStageEvent staged => staged.Stage, ActivityEvent touched => touched.Stage, ConsentChangedEvent consent => consent.Stage, _ => null });
    }

    [Fact]
    public void Several_fields_of_one_change_are_events_of_their_own_and_the_rest_is_one_profile()
    {
        var events = Read("""{"marketoGUID":"9","leadId":7,"activityTypeId":13,"activityDate":"2026-03-02T10:15:00+0000","fields":[{"name":"leadStatus","oldValue":"","newValue":"Working"},{"name":"unsubscribed","oldValue":"false","newValue":"true"},{"name":"phone","newValue":null},{"name":"company","newValue":"Acme"},{"name":"lastName","newValue":"*****"}]}""");

        Assert.Equal([SourceEventKind.StageChanged, SourceEventKind.ConsentUnsubscribed, SourceEventKind.ContactUpdated], events.Select(read => read.Kind));
        Assert.Equal(["marketo|123-ABC-456|activity|9", "marketo|123-ABC-456|activity|9|1", "marketo|123-ABC-456|activity|9|2"], events.Select(read => read.DedupeKey));
        var profile = Assert.IsType<ContactUpdatedEvent>(events[2]).Profile!;
        Assert.Equal(("", "Acme", null), (profile.Phone, profile.Company, profile.LastName));
    }

    [Fact]
    public void An_activity_that_two_streams_bring_has_one_key() =>
        Assert.Equal(
            Assert.Single(Read("""{"id":5,"marketoGUID":"5","leadId":7,"activityTypeId":13,"primaryAttributeValue":"Lead Status","attributes":[{"name":"New Value","value":"Working"}]}""")).DedupeKey,
            Assert.Single(Read("""{"id":6,"marketoGUID":"5","leadId":7,"activityTypeId":13,"fields":[{"name":"leadStatus","newValue":"Working"}]}""")).DedupeKey);

    [Theory]
    [InlineData("2026-03-02T10:15:00Z")]
    [InlineData("2026-03-02T10:15:00+0000")]
    [InlineData("2026-03-02T02:15:00-08:00")]
    [InlineData("2026-03-02T10:15:00Z+0000")]
    public void A_time_is_read_in_each_form(string text) =>
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 10, 15, 0, TimeSpan.Zero), Assert.Single(Read($$"""{"marketoGUID":"1","leadId":7,"activityTypeId":9,"activityDate":"{{text}}"}""")).OccurredAt);

    [Fact]
    public async Task New_leads_are_read_in_one_call_and_their_record_adds_what_it_shows()
    {
        using var vendor = new VendorStub(Token(_ => """{"success":true,"result":[{"id":7,"email":"Ana@Example.com","company":"Acme","leadStatus":"Working","unsubscribed":true,"createdAt":"2024-01-01T00:00:00Z","updatedAt":"2026-03-01T00:00:00Z"}]}"""));
        var events = Read("""{"marketoGUID":"1","leadId":7,"activityDate":"2026-03-02T10:00:00Z","activityTypeId":2}""", """{"marketoGUID":"2","leadId":8,"activityDate":"2026-03-02T10:00:00Z","activityTypeId":1}""", """{"marketoGUID":"3","leadId":9,"activityTypeId":37}""");

        var enriched = await vendor.Connect<IEventEnricher>("marketo", Settings).EnrichAsync(events, Stop);

        Assert.Equal("7,8", System.Web.HttpUtility.ParseQueryString(Assert.Single(vendor.Calls).Url.Query)["filterValues"]);
        var touched = Assert.IsType<ActivityEvent>(enriched[0]);
        Assert.Equal(("ana@example.com", "Acme", false), (touched.SubjectEmail, touched.Profile!.Company, touched.OnlyIfKnown));
        Assert.True(Assert.IsType<ActivityEvent>(enriched[1]).OnlyIfKnown);
        Assert.Equal((FunnelStage.Interest, true), (Assert.IsType<StageChangedEvent>(enriched[3]).Stage!.Value, ((StageChangedEvent)enriched[3]).Past));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), Assert.IsType<ConsentChangedEvent>(enriched[4]).OccurredAt);
    }

    [Fact]
    public async Task Only_differences_are_written_to_the_lead_by_its_id()
    {
        using var vendor = new VendorStub(Token(asked => asked.Method == "GET" ? """{"success":true,"result":[{"id":7,"phone":"030 1","leadStatus":"On List","unsubscribed":false}]}""" : """{"success":true,"result":[{"id":7,"status":"updated"}]}"""));

        Assert.True(await vendor.Connect<IPersonTarget>("marketo", Settings).WriteAsync(Ana, new() { OptedOut = true, Stage = FunnelStage.Interest }, Stop));

        Assert.Equal("""{"action":"updateOnly","lookupField":"id","input":[{"unsubscribed":true,"leadStatus":"Working","id":7}]}""", Ordered(vendor.Calls[1]));
    }

    [Theory]
    [InlineData("1004", HttpStatusCode.NotFound)]
    [InlineData("1006", HttpStatusCode.BadRequest)]
    public async Task A_lead_that_was_skipped_is_refused_though_the_call_succeeded(string code, HttpStatusCode status)
    {
        using var vendor = new VendorStub(Token(asked => asked.Method == "GET" ? """{"success":true,"result":[{"id":7}]}""" : $$"""{"success":true,"result":[{"status":"skipped","reasons":[{"code":"{{code}}","message":"x"}]}]}"""));

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(() => vendor.Connect<IPersonTarget>("marketo", Settings).WriteAsync(Ana, new PersonWish { OptedOut = true }, Stop));

        Assert.Equal((status, code), (refused.Status, refused.ErrorCode));
    }

    [Fact]
    public async Task A_lead_that_does_not_exist_has_no_plan_and_an_unmapped_stage_is_kept()
    {
        using var gone = new VendorStub(Token(_ => """{"success":true,"result":[]}"""));
        using var odd = new VendorStub(Token(_ => """{"success":true,"result":[{"id":7,"leadStatus":"Ours alone"}]}"""));

        Assert.Null(await gone.Connect<IPersonTarget>("marketo", Settings).PlanAsync(Ana, new() { Stage = FunnelStage.Interest }, Stop));
        Assert.Equal(WriteOutcome.Kept, Assert.Single((await odd.Connect<IPersonTarget>("marketo", Settings).PlanAsync(Ana, new() { Stage = FunnelStage.Interest }, Stop))!.All).Outcome);
    }

    [Theory]
    [InlineData("program", "Attended", "POST /rest/v1/programs/1107/members/status.json", """{"statusName":"Attended","input":[{"leadId":7}]}""")]
    [InlineData("list", "2001", "POST /rest/v1/lists/2001/leads.json", "")]
    public async Task A_stage_may_be_a_status_in_a_programme_or_a_place_on_a_list(string place, string value, string call, string body)
    {
        using var vendor = new VendorStub(Token(asked => asked.Path.EndsWith("programMembership.json", StringComparison.Ordinal) ? """{"success":true,"result":[{"id":1107,"progressionStatus":"Sent"}]}"""
            : asked.Path.EndsWith("ismember.json", StringComparison.Ordinal) ? """{"success":true,"result":[{"id":7,"status":"notmemberof"}]}"""
            : asked.Method == "POST" ? """{"success":true,"result":[{"status":"skipped","reasons":[{"code":"1037"}]}]}""".Replace("skipped", place == "list" ? "added" : "skipped", StringComparison.Ordinal)
            : """{"success":true,"result":[{"id":7}]}"""));
        var settings = new Dictionary<string, string?>(Settings) { ["WriteStageTo"] = place, ["WriteStageProgram"] = "1107", ["WriteStage:Evaluation"] = value, ["WriteStage:Interest"] = null };

        Assert.True(await vendor.Connect<IPersonTarget>("marketo", settings).WriteStageAsync(Ana, FunnelStage.Evaluation, Stop));

        Assert.Equal((call, body), ($"{vendor.Calls[2].Method} {vendor.Calls[2].Path}", vendor.Calls[2].Body));
    }

    [Theory]
    [InlineData("", 2)]
    [InlineData("""{"primaryAttributeValue":"[integration-hub n1]"}""", 1)]
    public async Task A_note_is_a_custom_activity_and_is_written_once(string there, int writes)
    {
        using var vendor = new VendorStub(Token(asked => Since(asked) ?? (asked.Path.EndsWith("activities.json", StringComparison.Ordinal) ? $$"""{"success":true,"moreResult":false,"nextPageToken":"T2","result":[{{there}}]}"""
            : """{"success":true,"result":[{"id":7,"status":"added"}]}""")));
        var target = vendor.Connect<INoteTarget>("marketo", new Dictionary<string, string?>(Settings) { ["NoteActivityType"] = "100001" });

        Assert.True(await target.WriteNoteAsync(Ana, new("n1", Now, ["Came back", "\"too early\""]), Stop));

        Assert.Equal(writes - 1, vendor.Calls.Count(call => call.Method == "POST"));
        if (writes == 2)
        {
            Assert.Equal("""{"input":[{"leadId":7,"activityDate":"2026-03-02T12:00:00Z","activityTypeId":100001,"primaryAttributeValue":"[integration-hub n1]","attributes":[{"apiName":"text","value":"Came back\n\u0022too early\u0022"}]}]}""", vendor.Calls[^1].Body);
        }
    }

    [Fact]
    public void A_lead_has_a_link_where_people_work()
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("A link needs no call."));

        Assert.Equal("https://app-ab12.marketo.com/leadDatabase/loadLeadDetail?leadId=7", vendor.Connect<IRecordUrls>("marketo", Settings).LinkTo(Ana)!.ToString());
    }

    [Theory]
    [InlineData("MunchkinId", null)]
    [InlineData("MunchkinId", "acme")]
    [InlineData("ClientId", null)]
    [InlineData("ClientSecret", null)]
    [InlineData("WebhookToken", null)]
    [InlineData("BaseUrl", "http://123-abc-456.mktorest.com")]
    [InlineData("ActivityTypes", "1,two")]
    [InlineData("DailyCalls", "999")]
    [InlineData("WriteStageTo", "note")]
    [InlineData("WriteStage:Interest", "Attended")]
    [InlineData("WriteStageProgram", "x")]
    [InlineData("NoteActivityType", "0")]
    public void A_setting_that_is_missing_or_wrong_is_named(string key, string? value)
    {
        var settings = Settings.Where(pair => pair.Key != key).Append(new(key, value)).Select(pair => KeyValuePair.Create($"Connectors:marketo:{pair.Key}", pair.Value));

        var faults = Assert.Throws<IntegrationHub.Connectors.Settings.InvalidSettingsException>(() => new ServiceCollection().AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()));

        Assert.StartsWith($"Connectors:marketo:{key}: must be ", Assert.Single(faults.Faults), StringComparison.Ordinal);
    }

    private static IReadOnlyList<SourceEvent> Read(params string[] rows)
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("Reading needs no call."));
        return vendor.Connect<IDeliveryReader>("marketo", Settings).Read(new()
        {
            Connector = "marketo", Channel = Delivery.PollChannel, Headers = new Dictionary<string, string>(), ReceivedAt = Now,
            Body = Encoding.UTF8.GetBytes(Page("T", false, rows)),
        });
    }

    private static string Page(string token, bool more, params string[] rows) =>
        $$"""{"success":true,"nextPageToken":"{{token}}","moreResult":{{(more ? "true" : "false")}},"result":[{{string.Join(',', rows)}}]}""";

    private static string Refusal(string code) => $$"""{"requestId":"e42b#1","success":false,"errors":[{"code":"{{code}}","message":"no"}]}""";

    private static bool Is(Asked asked, string name) => asked.Path.EndsWith($"/{name}", StringComparison.Ordinal);

    private static string? Since(Asked asked) => Is(asked, "pagingtoken.json") ? """{"success":true,"nextPageToken":"T1=="}""" : null;

    private static string Ordered(Asked asked) => asked.Json is JsonObject json ? new JsonObject([.. new[] { "action", "lookupField", "input" }.Select(name => KeyValuePair.Create(name, json[name]?.DeepClone()))]).ToJsonString() : "";

    private static Func<Asked, HttpResponseMessage> Token(Func<Asked, string> answer) => asked =>
        VendorStub.Json(asked.Path.EndsWith("/token", StringComparison.Ordinal) ? """{"access_token":"token-1","expires_in":3599}""" : answer(asked));
}
