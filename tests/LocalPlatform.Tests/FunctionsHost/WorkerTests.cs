using System.Diagnostics;
using System.Globalization;
using System.Net;
using IntegrationHub.LocalPlatform.FunctionsHost;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

/// <summary>How the host looks after its worker.</summary>
public sealed class WorkerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_that_is_killed_is_started_again_and_callers_are_asked_to_come_back_meanwhile()
    {
        await using var host = await ProbeHost.StartAsync(ProbeHost.HttpFunctions);
        var first = await host.GetAsync("api/process");
        var waiting = host.Http.GetAsync(new Uri("api/wait/600000", UriKind.Relative), Stop);
        await Eventually.TrueAsync(async () => await host.GetAsync("api/waits") == "1 began, 0 cancelled", "the function ran");

        host.Worker.Kill();

        using (var cut = await waiting)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, cut.StatusCode);
            Assert.NotNull(cut.Headers.RetryAfter);
            Assert.Equal("application/problem+json", cut.Content.Headers.ContentType?.MediaType);
        }

        await Eventually.TrueAsync(async () => (await host.SendAsync("GET", "api/process")).Status == 200, "there was a worker again");
        Assert.NotEqual(first, await host.GetAsync("api/process"));
    }

    [Fact]
    public async Task A_worker_may_ask_for_a_restart_which_is_no_failure()
    {
        await using var host = await ProbeHost.StartAsync(ProbeHost.HttpFunctions, new ProbeHost.Options { WorkerFailureLimit = 1 });
        var first = await host.GetAsync("api/process");

        Assert.InRange((await host.SendAsync("POST", "api/exit/200")).Status, 500, 503);

        await Eventually.TrueAsync(async () => (await host.SendAsync("GET", "api/process")).Status == 200, "there was a worker again");
        Assert.NotEqual(first, await host.GetAsync("api/process"));
        Assert.False(host.Host.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_worker_that_fails_too_often_is_given_up_and_the_host_says_so()
    {
        await using var host = await ProbeHost.StartAsync(ProbeHost.HttpFunctions, new ProbeHost.Options { WorkerFailureLimit = 2 });

        Assert.InRange((await host.SendAsync("POST", "api/exit/7")).Status, 500, 503);
        await Eventually.TrueAsync(async () => (await host.SendAsync("GET", "api/process")).Status == 200, "there was a worker again");
        Assert.InRange((await host.SendAsync("POST", "api/exit/7")).Status, 500, 503);

        var ended = await Assert.ThrowsAsync<WorkerEndedException>(() => host.Host.Completion);
        Assert.Equal(7, ended.ExitCode);
        Assert.Equal(503, (await host.SendAsync("GET", "api/process")).Status);
    }

    [Fact]
    public async Task A_workers_clock_is_as_wrong_as_it_is_set_and_the_hosts_is_right()
    {
        await using var host = await ProbeHost.StartAsync(ProbeHost.HttpFunctions, ("LocalPlatform:ClockOffset", "-01:00:00"));

        var worker = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(await host.GetAsync("api/clock"), CultureInfo.InvariantCulture));

        Assert.InRange(TimeProvider.System.GetUtcNow() - worker, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public async Task A_clock_offset_that_is_not_a_time_is_refused_with_an_example()
    {
        var refused = await Assert.ThrowsAsync<InvalidConfigurationException>(() =>
            ProbeHost.StartAsync(ProbeHost.HttpFunctions, ("LocalPlatform:ClockOffset", "late")));

        Assert.Equal(["LocalPlatform:ClockOffset: must be a time, for example -00:05:00."], refused.Faults);
    }

    [Fact]
    public async Task A_worker_that_refuses_its_settings_ends_the_host_with_its_own_code_at_once()
    {
        await using var host = new HostProcess(new Dictionary<string, string>(Settings()) { ["Probe__Refuses"] = "Probe: must not be refused." }, Built.ProbeApp);

        host.Launch();

        Assert.Equal(3, await host.EndsAsync());
        Assert.Contains("Probe: must not be refused.", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_cannot_do_what_the_app_asks_for_says_so_and_ends_with_2()
    {
        await using var host = new HostProcess(new Dictionary<string, string>(Settings()) { ["AzureWebJobs.TimerProbe.Disabled"] = "false" }, Built.ProbeApp);

        host.Launch();

        Assert.Equal(2, await host.EndsAsync());
        Assert.Contains("Schedules:TimerProbe: is missing.", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_does_not_outlive_a_host_that_is_killed()
    {
        await using var host = new HostProcess(Settings(), Built.ProbeApp);
        await host.StartAsync();
        var worker = await WorkerOfAsync(host);

        await host.KillHostAsync();

        await Eventually.TrueAsync(() => !Runs(worker), "the worker had ended");
    }

    [Fact]
    public async Task A_worker_that_stands_still_ends_when_it_goes_on_without_its_host()
    {
        Assert.SkipUnless(Directory.Exists("/proc") || OperatingSystem.IsMacOS(), "A process is paused by a signal.");
        await using var host = new HostProcess(Settings(), Built.ProbeApp);
        await host.StartAsync();
        var worker = await WorkerOfAsync(host);

        ProcessTree.Pause(worker);
        await host.KillHostAsync();
        ProcessTree.Continue(worker);

        await Eventually.TrueAsync(() => !Runs(worker), "the worker had ended");
    }

    [Fact]
    public async Task A_function_that_runs_too_long_is_cancelled_and_fails()
    {
        await using var host = await ProbeHost.StartAsync(ProbeHost.HttpFunctions, ("AzureFunctionsJobHost:functionTimeout", "00:00:03"));
        var worker = await host.GetAsync("api/process");

        Assert.Equal(500, (await host.SendAsync("GET", "api/wait/600000")).Status);

        Assert.Equal("1 began, 1 cancelled", await host.GetAsync("api/waits"));
        Assert.Equal(worker, await host.GetAsync("api/process"));
        Assert.Contains(host.Log.Lines, line => line.Category == "Function.Wait" && line.Text.Contains("ran for longer than", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_function_that_does_not_heed_its_cancellation_costs_the_worker()
    {
        await using var host = await ProbeHost.StartAsync(ProbeHost.HttpFunctions, ("AzureFunctionsJobHost:functionTimeout", "00:00:03"));
        var worker = await host.GetAsync("api/process");

        Assert.Equal(503, (await host.SendAsync("GET", "api/stubborn/600000")).Status);

        await Eventually.TrueAsync(async () => (await host.SendAsync("GET", "api/process")).Status == 200, "there was a worker again");
        Assert.NotEqual(worker, await host.GetAsync("api/process"));
    }

    [Fact]
    public async Task A_directory_that_is_not_a_function_app_is_refused()
    {
        var empty = Directory.CreateTempSubdirectory("empty-").FullName;

        var invalid = await Assert.ThrowsAsync<InvalidConfigurationException>(() => ProbeHost.StartAsync([], new ProbeHost.Options { ApplicationDirectory = empty }));

        Assert.Contains(empty, invalid.Message, StringComparison.Ordinal);
        Directory.Delete(empty, recursive: true);
    }

    [Fact]
    public async Task Another_language_is_refused()
    {
        var invalid = await Assert.ThrowsAsync<InvalidConfigurationException>(() => ProbeHost.StartAsync([], ("FUNCTIONS_WORKER_RUNTIME", "node")));

        Assert.Contains("FUNCTIONS_WORKER_RUNTIME", invalid.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_made_on_the_first_start_and_kept_for_its_owner_only()
    {
        var data = Directory.CreateTempSubdirectory("keys-").FullName;
        string key;
        await using (var host = await ProbeHost.StartAsync(["Locked", "Master"], new ProbeHost.Options { DataDirectory = data }, ("Hub:FunctionKey", null), ("Hub:MasterKey", null)))
        {
            key = (await File.ReadAllTextAsync(Path.Combine(data, "function-key"), Stop)).Trim();
            var master = (await File.ReadAllTextAsync(Path.Combine(data, "master-key"), Stop)).Trim();
            Assert.True(key.Length >= 40);
            Assert.Matches("^k1:[0-9a-zA-Z+/]{43}=$", (await File.ReadAllTextAsync(Path.Combine(data, "peppers"), Stop)).Trim());
            Assert.Equal(200, (await host.SendAsync("GET", "api/locked", key)).Status);
            Assert.Equal(401, (await host.SendAsync("GET", "api/locked", key[1..])).Status);
            Assert.Equal(401, (await host.SendAsync("GET", "api/master", key)).Status);
            Assert.Equal(200, (await host.SendAsync("GET", "api/master", master)).Status);
        }

        await using var again = await ProbeHost.StartAsync(["Locked"], new ProbeHost.Options { DataDirectory = data }, ("Hub:FunctionKey", null), ("Hub:MasterKey", null));
        Assert.Equal(200, (await again.SendAsync("GET", "api/locked", key)).Status);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(data, "function-key")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(data, "master-key")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(data, "peppers")));
        }
    }

    /// <summary>Settings with which a host as a process needs nothing beside it.</summary>
    internal static Dictionary<string, string> Settings()
    {
        Dictionary<string, string> settings = new()
        {
            ["AzureWebJobsStorage"] = "UseDevelopmentStorage=true",
            ["ServiceBus"] = "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=a;SharedAccessKey=a;UseDevelopmentEmulator=true;",
            ["Mail__Smtp__Host"] = "mail.invalid",
            ["Hub__DataDirectory"] = Directory.CreateTempSubdirectory("host-").FullName,
            ["Hub__FunctionKey"] = ProbeHost.Key,
            ["Hub__MasterKey"] = ProbeHost.MasterKey,
        };
        foreach (var function in new[] { "QueueProbe", "CompletingProbe", "SubscriptionProbe", "BatchProbe", "TimerProbe", "StartupTimerProbe" })
        {
            settings[$"AzureWebJobs.{function}.Disabled"] = "true";
        }

        return settings;
    }

    private static async Task<int> WorkerOfAsync(HostProcess host)
    {
        using var http = new HttpClient();
        return int.Parse(await http.GetStringAsync($"{host.Url}/api/process", Stop), null);
    }

    private static bool Runs(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
