using System.Diagnostics;
using System.Globalization;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.EndToEnd;

/// <summary>
/// Each process is killed at any moment, over and over, and started again on the same data. <c>HUB_TEST_KILLS</c> says how often each of them: twenty prove
/// more than the two of a usual run, and take a quarter of an hour.
/// </summary>
public sealed class CrashTests(World world) : IClassFixture<World>
{
    private const int UsualKills = 2;

    /// <summary>Longer than the lock of a message in these tests.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(7);

    private static readonly int Kills =
        int.TryParse(Environment.GetEnvironmentVariable("HUB_TEST_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : UsualKills;

    private enum Part
    {
        Worker,
        Host,
        Bus,
        Tables,
        Everything,
    }

    [Fact]
    public async Task Nothing_accepted_is_lost_or_counted_twice_whichever_process_is_killed()
    {
        await using var load = new Load(world);
        load.Start();

        // Order and moments are the same in every run; what they hit is not.
        var random = new Random(20261122);
        var order = Enum.GetValues<Part>().SelectMany(part => Enumerable.Repeat(part, Kills)).ToArray();
        random.Shuffle(order);
        var seen = new HashSet<int>();
        foreach (var part in order)
        {
            await Task.Delay(random.Next(50, 900), TestContext.Current.CancellationToken);
            seen.UnionWith([world.Hub.Host.Id, await world.Hub.Host.WorkerIdAsync()]);
            await KillAsync(part);
        }

        await load.StopAsync();
        Assert.True(load.Accepted > order.Length, "too little came through to say anything");
        await load.AssertNothingIsLostOrDoubledAsync();

        seen.ExceptWith([world.Hub.Host.Id, await world.Hub.Host.WorkerIdAsync()]);
        Assert.DoesNotContain(seen, ProcessTree.Runs);
    }

    [Fact]
    public async Task A_worker_that_stands_still_for_longer_than_a_lock_loses_and_doubles_nothing()
    {
        await using var load = new Load(world);
        load.Start();

        for (var pause = 0; pause < Kills / 2; pause++)
        {
            await Wait.UntilAsync("events come through", TimeSpan.FromSeconds(60), () => Task.FromResult(load.Accepted > 100 * (pause + 1)));
            var worker = await world.Hub.Host.WorkerIdAsync();
            ProcessTree.Pause(worker);
            await Task.Delay(LongPause, TestContext.Current.CancellationToken);
            ProcessTree.Continue(worker);
        }

        await load.StopAsync();
        await load.AssertNothingIsLostOrDoubledAsync();
    }

    [Fact]
    public async Task A_stop_under_load_takes_less_than_ten_seconds_loses_and_repeats_nothing_and_leaves_no_process()
    {
        await using var load = new Load(world);
        load.Start();
        await Wait.UntilAsync("events come through", TimeSpan.FromSeconds(60), () => Task.FromResult(load.Accepted > 200));

        var (host, worker) = (world.Hub.Host.Id, await world.Hub.Host.WorkerIdAsync());
        var stopping = Stopwatch.StartNew();
        var code = await world.Hub.Host.StopAsync();
        Assert.InRange(stopping.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(0, code);
        Assert.False(ProcessTree.Runs(worker), "the worker is left behind");
        Assert.False(ProcessTree.Runs(host), "the host is left behind");

        await world.Hub.Host.StartAsync();
        await load.StopAsync();
        await load.AssertNothingIsLostOrDoubledAsync();
        var mails = load.Mails.Select(mail => (mail.Header("Message-ID"), mail.To[0])).ToList();
        Assert.Equal(mails.Distinct().Count(), mails.Count);
    }

    private async Task KillAsync(Part part)
    {
        switch (part)
        {
            case Part.Worker:
                ProcessTree.Kill(await world.Hub.Host.WorkerIdAsync());
                await RecoverAsync();
                break;
            case Part.Host:
                await world.Hub.Host.KillHostAsync();
                await world.Hub.Host.StartAsync();
                break;
            case Part.Bus:
                await world.Bus.KillAsync();
                await world.Bus.StartAsync();
                break;
            case Part.Tables:
                await world.Tables.KillAsync();
                await world.Tables.StartAsync();
                break;
            default:
                await Task.WhenAll(world.Hub.Host.KillAsync(), world.Bus.KillAsync(), world.Tables.KillAsync());
                await Task.WhenAll(world.Bus.StartAsync(), world.Tables.StartAsync());
                await world.Hub.Host.StartAsync();
                break;
        }
    }

    /// <summary>The host starts a worker again, but gives up where that happens too often: then somebody starts the host.</summary>
    private Task RecoverAsync() => Wait.UntilAsync("the hub is back", TimeSpan.FromSeconds(60), async () =>
    {
        if (!world.Hub.Host.Runs)
        {
            await world.Hub.Host.StartAsync();
        }

        return await world.Hub.Host.AnswersAsync();
    });
}
