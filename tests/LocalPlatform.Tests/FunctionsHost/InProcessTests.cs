using IntegrationHub.LocalPlatform.ProbeApp;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

/// <summary>A worker in the process of its host, which is how other tests look into the hub.</summary>
public sealed class InProcessTests
{
    [Fact]
    public async Task Two_hosts_with_their_workers_run_in_one_process()
    {
        await using var first = await ProbeHost.StartInProcessAsync(["Setting"], ("Probe:Name", "first"));
        await using var second = await ProbeHost.StartInProcessAsync(["Setting"], ("Probe:Name", "second"));

        Assert.Equal("first", await first.GetAsync("api/settings/Probe:Name"));
        Assert.Equal("second", await second.GetAsync("api/settings/Probe:Name"));
    }

    [Fact]
    public async Task Timers_reach_their_functions()
    {
        await using var host = await ProbeHost.StartInProcessAsync(["TimerProbe", "StartupTimerProbe"], ("Schedules:TimerProbe", "00:01:00.5"));

        var startup = host.Get<TimerRuns>();
        await Eventually.TrueAsync(() => startup.Given.Count == 1, "the timer that runs at the start has run");

        Assert.False(startup.Given.Single().IsPastDue);
        Assert.Null(startup.Given.Single().ScheduleStatus);
    }
}
