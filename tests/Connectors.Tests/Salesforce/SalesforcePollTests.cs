using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Tests.Common;
using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.Connectors.Tests.Salesforce;

public sealed class SalesforcePollTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "Salesforce", ["BaseUrl"] = "https://login.test/sf", ["ClientId"] = "client", ["ClientSecret"] = "secret-0001", ["OrganizationId"] = "00D5g000001AbCdEAK",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1999, 1)]
    [InlineData(2000, 2)]
    [InlineData(2001, 2)]
    [InlineData(4001, 3)]
    public async Task Rows_of_one_and_the_same_stamp_arrive_exactly_once_however_many_there_are(int rows, int steps)
    {
        var organisation = new FakeOrganisation(pageSize: 700);
        Enumerable.Range(0, rows).ToList().ForEach(i => organisation.Add(Id(i), Noon));
        using var vendor = new VendorStub(organisation.Answer);
        var salesforce = vendor.Connect<IPollSource>("salesforce", Settings);

        var (read, _, made) = await DrainAsync(salesforce, null);

        Assert.Equal(Enumerable.Range(0, rows).Select(Id), read);
        Assert.Equal(steps, made);
    }

    [Fact]
    public async Task Within_a_run_each_row_comes_once_and_after_it_only_what_lies_within_the_overlap_comes_again()
    {
        var organisation = new FakeOrganisation();
        Enumerable.Range(0, 2500).ToList().ForEach(i => organisation.Add(Id(i), Noon.AddSeconds(i)));
        using var vendor = new VendorStub(organisation.Answer);
        var (read, cursor, _) = await DrainAsync(vendor.Connect<IPollSource>("salesforce", Settings), null);

        // Another process knows nothing but the cursor.
        var (again, _, _) = await DrainAsync(vendor.Connect<IPollSource>("salesforce", Settings), cursor);

        Assert.Equal(Enumerable.Range(0, 2500).Select(Id), read);
        Assert.Equal(Enumerable.Range(2500 - 301, 301).Select(Id), again);
    }

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-300, true)]
    [InlineData(-299, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task A_row_committed_late_is_found_as_long_as_it_is_not_later_than_the_overlap(int seconds, bool found)
    {
        var organisation = new FakeOrganisation();
        organisation.Add(Id(1), Noon);
        using var vendor = new VendorStub(organisation.Answer);
        var salesforce = vendor.Connect<IPollSource>("salesforce", Settings);
        var (_, cursor, _) = await DrainAsync(salesforce, null);

        organisation.Add(Id(2), Noon.AddSeconds(seconds));
        var (read, _, _) = await DrainAsync(salesforce, cursor);

        Assert.Equal(found, read.Contains(Id(2)));
    }

    [Fact]
    public async Task Nothing_new_makes_no_delivery_though_the_overlap_is_asked_for_again()
    {
        var organisation = new FakeOrganisation();
        organisation.Add(Id(1), Noon);
        using var vendor = new VendorStub(organisation.Answer);
        var salesforce = vendor.Connect<IPollSource>("salesforce", Settings);

        var first = await salesforce.PollAsync(null, Noon.AddHours(1), Stop);
        var second = await salesforce.PollAsync(first.NextCursor, Noon.AddHours(1), Stop);
        var third = await salesforce.PollAsync(second.NextCursor, Noon.AddHours(1), Stop);

        Assert.Single(first.Deliveries);
        Assert.Empty(second.Deliveries);
        Assert.Empty(third.Deliveries);
    }

    [Fact]
    public async Task A_page_that_was_not_queued_comes_again_with_the_cursor_that_stayed()
    {
        var organisation = new FakeOrganisation();
        organisation.Add(Id(1), Noon);
        using var vendor = new VendorStub(organisation.Answer);
        var salesforce = vendor.Connect<IPollSource>("salesforce", Settings);
        var first = await salesforce.PollAsync(null, Noon, Stop);
        organisation.Add(Id(2), Noon.AddSeconds(1));
        await salesforce.PollAsync(first.NextCursor, Noon, Stop);

        var repeated = await salesforce.PollAsync(first.NextCursor, Noon, Stop);

        Assert.Contains(repeated.Deliveries.SelectMany(salesforce.Read), source => source.People.Single().Id == Id(2));
    }

    [Fact]
    public async Task A_long_run_goes_back_to_before_it_began_since_rows_may_have_come_late_behind_it()
    {
        var organisation = new FakeOrganisation();
        Enumerable.Range(0, 2000).ToList().ForEach(i => organisation.Add(Id(i), Noon.AddHours(-1)));
        organisation.Add(Id(3000), Noon.AddMinutes(20));
        using var vendor = new VendorStub(organisation.Answer);
        var salesforce = vendor.Connect<IPollSource>("salesforce", Settings);
        var first = await salesforce.PollAsync(null, Noon, Stop);
        var second = await salesforce.PollAsync(first.NextCursor, Noon.AddMinutes(20), Stop);

        organisation.Add(Id(3001), Noon - Overlap);
        var (read, _, _) = await DrainAsync(salesforce, second.NextCursor);

        Assert.True(first.More);
        Assert.False(second.More);
        Assert.Contains(Id(3001), read);
    }

    [Fact]
    public async Task The_first_poll_begins_where_it_is_set()
    {
        var organisation = new FakeOrganisation();
        organisation.Add(Id(1), Noon.AddSeconds(-1));
        organisation.Add(Id(2), Noon);
        using var vendor = new VendorStub(organisation.Answer);

        var (read, _, _) = await DrainAsync(vendor.Connect<IPollSource>("salesforce", new Dictionary<string, string?>(Settings) { ["PollSince"] = "2026-03-02T12:00:00Z" }), null);

        Assert.Equal([Id(2)], read);
    }

    [Fact]
    public async Task Calls_go_to_the_instance_under_the_hubs_name_and_name_its_user()
    {
        var organisation = new FakeOrganisation();
        organisation.Add(Id(1), Noon);
        using var vendor = new VendorStub(organisation.Answer);
        var salesforce = vendor.Connect<IPollSource>("salesforce", Settings);

        var page = await salesforce.PollAsync(null, Noon, Stop);

        Assert.Equal("https://login.test/sf/services/oauth2/token", vendor.All[0].Url.AbsoluteUri);
        Assert.Equal("grant_type=client_credentials&client_id=client&client_secret=secret-0001", vendor.All[0].Body);
        Assert.Equal(7, vendor.Calls.Count);
        Assert.All(vendor.Calls, call => Assert.Equal(
            ("instance.my.salesforce.com", "/services/data/v60.0/queryAll", "Bearer token-1", "client=lead-hub"), (call.Url.Host, call.Path, call.Authorization, call.CallOptions)));
        Assert.Equal("0055g00000HubHubAA", Assert.Single(page.Deliveries).Header("Hub-Api-User"));
    }

    [Fact]
    public async Task A_used_up_quota_is_try_later_and_not_a_matter_of_rights()
    {
        var organisation = new FakeOrganisation();
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/token", StringComparison.Ordinal)
            ? organisation.Answer(asked)
            : VendorStub.Json("""[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]""", HttpStatusCode.Forbidden));

        var failure = await Assert.ThrowsAsync<VendorUnavailableException>(() => vendor.Connect<IPollSource>("salesforce", Settings).PollAsync(null, Noon, Stop));

        Assert.Equal(HttpStatusCode.Forbidden, failure.Status);
    }

    [Fact]
    public async Task A_query_that_is_refused_is_told_but_one_for_tasks_is_done_without()
    {
        var organisation = new FakeOrganisation();
        organisation.Add(Id(1), Noon);
        using var vendor = new VendorStub(asked => asked.Query.Contains("FROM Task", StringComparison.Ordinal) ? Refusal() : organisation.Answer(asked));
        using var strict = new VendorStub(asked => asked.Query.Contains("FROM Opportunity", StringComparison.Ordinal) ? Refusal() : organisation.Answer(asked));

        Assert.Single((await vendor.Connect<IPollSource>("salesforce", Settings).PollAsync(null, Noon, Stop)).Deliveries);
        await Assert.ThrowsAsync<VendorRefusedException>(() => strict.Connect<IPollSource>("salesforce", Settings).PollAsync(null, Noon, Stop));

        static HttpResponseMessage Refusal() => VendorStub.Json("""[{"errorCode":"INVALID_FIELD","message":"No such column"}]""", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_session_that_has_run_out_is_renewed_once_and_the_call_made_again()
    {
        var clock = new FakeTimeProvider(Noon);
        var tokens = 0;
        using var vendor = new VendorStub(asked => asked switch
        {
            { Path: var path } when path.EndsWith("/token", StringComparison.Ordinal) => VendorStub.Json($$"""{"access_token":"token-{{++tokens}}","instance_url":"https://instance.my.salesforce.com"}"""),
            { Authorization: "Bearer token-1" } when clock.GetUtcNow() > Noon => VendorStub.Json("""[{"errorCode":"INVALID_SESSION_ID"}]""", HttpStatusCode.Unauthorized),
            _ => VendorStub.Json("""{"records":[]}"""),
        });
        var salesforce = vendor.Connect<IPollSource>("salesforce", Settings, clock);
        await salesforce.PollAsync(null, Noon, Stop);
        clock.Advance(TimeSpan.FromHours(2));

        await salesforce.PollAsync(null, Noon, Stop);

        Assert.Equal(2, tokens);
        Assert.Equal("Bearer token-2", vendor.Calls[^1].Authorization);
    }

    [Fact]
    public async Task An_answer_that_is_no_page_moves_no_cursor()
    {
        var organisation = new FakeOrganisation();
        using var vendor = new VendorStub(asked => asked.Path.EndsWith("/token", StringComparison.Ordinal) ? organisation.Answer(asked) : VendorStub.Json("<html>maintenance</html>"));

        await Assert.ThrowsAsync<VendorUnavailableException>(() => vendor.Connect<IPollSource>("salesforce", Settings).PollAsync(null, Noon, Stop));
    }

    [Fact]
    public async Task A_row_that_does_not_say_when_it_was_changed_is_no_reason_to_stand_still()
    {
        var organisation = new FakeOrganisation();
        Enumerable.Range(0, 2000).ToList().ForEach(i => organisation.Add(Id(i), Noon.AddSeconds(i)));
        organisation.Add(Id(2000), Noon.AddHours(1));
        using var vendor = new VendorStub(asked => Odd(organisation.Answer(asked)));
        var salesforce = vendor.Connect<IPollSource>("salesforce", Settings);

        var first = await salesforce.PollAsync(null, Noon.AddDays(1), Stop);
        var (read, _, _) = await DrainAsync(salesforce, first.NextCursor);

        Assert.True(first.More);
        Assert.Contains(first.Deliveries.SelectMany(salesforce.Read), source => source is UnreadableEvent);
        Assert.Equal([Id(2000)], read);

        // The last row of a full page is none that can be read.
        static HttpResponseMessage Odd(HttpResponseMessage answer)
        {
            var body = answer.Content.ReadAsStringAsync(Stop).GetAwaiter().GetResult();
            return VendorStub.Json(body.Replace($"\"Id\":\"{Id(1999)}\"", "\"Id\":null", StringComparison.Ordinal), answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00.000+0000")]
    [InlineData("9999-12-31T23:59:59.000+0000")]
    public async Task A_row_with_a_stamp_that_cannot_be_is_no_reason_to_stand_still_or_to_run_away(string stamp)
    {
        var organisation = new FakeOrganisation();
        organisation.Add(Id(1), Noon);
        using var vendor = new VendorStub(asked => Odd(organisation.Answer(asked)));
        var salesforce = vendor.Connect<IPollSource>("salesforce", Settings);

        var (_, cursor, _) = await DrainAsync(salesforce, null);
        organisation.Add(Id(2), Noon.AddDays(1).AddMinutes(-1));
        var (read, _, _) = await DrainAsync(salesforce, cursor);

        Assert.Contains(Id(2), read);

        HttpResponseMessage Odd(HttpResponseMessage answer)
        {
            var body = answer.Content.ReadAsStringAsync(Stop).GetAwaiter().GetResult();
            return VendorStub.Json(Regex.Replace(body, $"(?<=\"Id\":\"{Id(1)}\",\"SystemModstamp\":\")[^\"]*", stamp), answer.StatusCode);
        }
    }

    private static string Id(int i) => $"00Q5g0000{i.ToString("D9", CultureInfo.InvariantCulture)}";

    private static async Task<(List<string> Read, string Cursor, int Steps)> DrainAsync(IPollSource source, string? cursor)
    {
        var read = new List<string>();
        for (var steps = 1; ; steps++)
        {
            var page = await source.PollAsync(cursor, Noon.AddDays(1), Stop);
            read.AddRange(page.Deliveries.SelectMany(source.Read).Where(row => row is not UnreadableEvent).Select(row => row.People.Single().Id));
            cursor = page.NextCursor;
            if (!page.More)
            {
                return (read, cursor, steps);
            }
        }
    }
}
