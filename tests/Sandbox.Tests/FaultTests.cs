using System.Diagnostics;
using IntegrationHub.Sandbox.Faults;
using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.Sandbox.Tests;

public sealed class FaultTests : SandboxFixture
{
    private const string Contacts = "crm/v3/objects/contacts";

    [Fact]
    public async Task A_rate_limit_has_HubSpots_body_and_ends_with_its_count()
    {
        Sandbox.Faults.Set("hubspot", new Fault { Status = 429, RetryAfter = TimeSpan.FromSeconds(2), Count = 1 });

        using var limited = await HubSpot.GetAsync(Contacts, Cancelled);
        using var next = await HubSpot.GetAsync(Contacts, Cancelled);

        Assert.Equal((429, 200), ((int)limited.StatusCode, (int)next.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(2), limited.Headers.RetryAfter!.Delta);
        Assert.Equal("TEN_SECONDLY_ROLLING", (string?)(await BodyOf(limited))["policyName"]);
        Assert.Equal("189", Assert.Single(next.Headers.GetValues("X-HubSpot-RateLimit-Remaining")));
    }

    [Theory]
    [InlineData(403, null, "REQUEST_LIMIT_EXCEEDED")]
    [InlineData(503, null, "SERVER_UNAVAILABLE")]
    [InlineData(400, "UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW")]
    public async Task A_fault_at_Salesforce_has_its_form(int status, string? code, string expected)
    {
        Sandbox.Faults.Set("salesforce", new Fault { Status = status, Code = code });

        var (answered, body) = await QueryAsync("SELECT Id FROM Lead");

        Assert.Equal((status, expected), (answered, (string?)body[0]!["errorCode"]));
        Assert.Equal(200, (await GetAsync(HubSpot, Contacts)).Status);
    }

    [Fact]
    public async Task A_fault_may_be_for_every_third_call_that_fits()
    {
        Sandbox.Faults.Set("hubspot", new Fault { Method = "GET", Status = 503, Every = 3 });

        List<int> answers = [];
        for (var call = 0; call < 6; call++)
        {
            await PostAsync(HubSpot, Contacts + "/search", "{}");
            answers.Add((await GetAsync(HubSpot, Contacts)).Status);
        }

        Assert.Equal([200, 200, 503, 200, 200, 503], answers);
    }

    [Fact]
    public async Task A_fault_may_be_for_some_paths_and_methods_only_and_can_be_cleared()
    {
        Sandbox.Faults.Set("hubspot", new Fault { PathPrefix = "/crm/v3/objects/deals" }, new Fault { Method = "POST", Status = 503 });

        Assert.Equal(500, (await GetAsync(HubSpot, "crm/v3/objects/deals")).Status);
        Assert.Equal(200, (await GetAsync(HubSpot, Contacts)).Status);
        Assert.Equal(503, (await PostAsync(HubSpot, Contacts + "/search", "{}")).Status);
        Assert.Equal([1, 1], Sandbox.Faults.Active().Select(active => active.Met));

        Sandbox.Faults.Clear("hubspot");

        Assert.Equal(200, (await GetAsync(HubSpot, "crm/v3/objects/deals")).Status);
    }

    [Fact]
    public async Task A_reset_does_nothing_and_a_lost_answer_comes_after_the_deed()
    {
        const string ada = """{"properties":{"email":"ada@example.com"}}""";

        Sandbox.Faults.Set("hubspot", new Fault { Kind = FaultKind.Reset, Count = 1 });
        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(HubSpot, Contacts, ada));
        Assert.Empty(Sandbox.HubSpot.All("contacts"));

        Sandbox.Faults.Set("hubspot", new Fault { Kind = FaultKind.LoseAnswer, Count = 1 });
        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(HubSpot, Contacts, ada));
        Assert.Single(Sandbox.HubSpot.All("contacts"));
        Assert.Equal(409, (await PostAsync(HubSpot, Contacts, ada)).Status);
    }

    [Fact]
    public async Task A_held_request_gets_no_answer_and_does_nothing()
    {
        Sandbox.Faults.Set("salesforce", new Fault { Kind = FaultKind.Hold, Count = 1 });
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Salesforce.PostAsync("services/data/v60.0/sobjects/Lead", Json("""{"LastName":"A","Company":"B"}"""), impatient.Token));

        Assert.Equal(200, (await QueryAsync("SELECT Id FROM Lead")).Status);
        Assert.Empty(Sandbox.Salesforce.All("Lead"));
    }

    [Fact]
    public async Task A_slow_call_is_done_all_the_same()
    {
        Sandbox.Faults.Set("hubspot", new Fault { Kind = FaultKind.Delay, Latency = TimeSpan.FromMilliseconds(150) });
        var watch = Stopwatch.StartNew();

        Assert.Equal(200, (await GetAsync(HubSpot, Contacts)).Status);

        Assert.InRange(watch.ElapsedMilliseconds, 145, 10_000);
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(60, false)]
    [InlineData(61, false)]
    public void A_fault_lasts_its_time_by_the_sandboxs_clock(int seconds, bool lasts)
    {
        var clock = new FakeTimeProvider();
        var faults = new FaultSet(clock);
        faults.Set("hubspot", new Fault { For = TimeSpan.FromSeconds(60) });

        clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(lasts, faults.Active().Count == 1);
    }
}
