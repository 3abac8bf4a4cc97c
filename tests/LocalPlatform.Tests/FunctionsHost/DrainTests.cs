using System.Diagnostics;
using System.Net;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

/// <summary>How a host stops when it is asked to, as a process.</summary>
public sealed class DrainTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_under_way_is_answered_and_no_new_one_is_taken()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A process is asked to stop by a signal.");
        await using var host = new HostProcess(WorkerTests.Settings(), Built.ProbeApp);
        await host.StartAsync();
        using var http = new HttpClient();
        var worker = await http.GetStringAsync($"{host.Url}/api/process", Stop);
        var slow = http.GetAsync($"{host.Url}/api/wait/2000", Stop);
        await Eventually.TrueAsync(async () => await http.GetStringAsync($"{host.Url}/api/waits", Stop) == "1 began, 0 cancelled", "the function ran");

        var stopping = Stopwatch.StartNew();
        var stop = host.StopAsync();
        using var other = new HttpClient();
        await Eventually.TrueAsync(() => RefusesAsync(other, host.Url), "no new request was taken");

        using var answer = await slow;
        Assert.Equal((HttpStatusCode.OK, "waited"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop)));
        Assert.Equal(0, await stop);
        Assert.InRange(stopping.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.False(ProcessTree.Runs(int.Parse(worker, null)), "The worker ended with its host.");
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_cut_so_that_the_stop_ends_in_time()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A process is asked to stop by a signal.");
        await using var host = new HostProcess(WorkerTests.Settings(), Built.ProbeApp);
        await host.StartAsync();
        using var http = new HttpClient();
        var stubborn = http.GetAsync($"{host.Url}/api/stubborn/600000", Stop);
        var slow = http.GetAsync($"{host.Url}/api/wait/600000", Stop);
        await Eventually.TrueAsync(async () => await http.GetStringAsync($"{host.Url}/api/waits", Stop) == "1 began, 0 cancelled", "the function ran");

        var stopping = Stopwatch.StartNew();
        Assert.Equal(0, await host.StopAsync());

        Assert.InRange(stopping.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<HttpRequestException>(() => stubborn);
        await Assert.ThrowsAsync<HttpRequestException>(() => slow);
    }

    private static async Task<bool> RefusesAsync(HttpClient http, string url)
    {
        try
        {
            using var answer = await http.GetAsync($"{url}/api/plain", Stop);
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
