using IntegrationHub.History.Recording;
using IntegrationHub.History.World;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.History;

/// <summary>
/// Makes faults until its time is over: one hand kills, pauses and sets clocks wrong, one hub at a time, the other makes bad weather on the wires. The seed says which and
/// in what order; what they meet is chance.
/// </summary>
internal sealed class Nemesis(HistoryWorld world, HistoryLog log, int seed)
{
    /// <summary>Longer than the lock of a message.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(6.5);

    /// <summary>How wrong clocks are: within the age that a webhook may have, and beyond it, so that the hub refuses all of them.</summary>
    private static readonly TimeSpan[] LittleWrong = [TimeSpan.FromMinutes(4.5), TimeSpan.FromMinutes(-4.5)], VeryWrong = [TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(-20)];

    private readonly Random _ofProcesses = new(seed);
    private readonly Random _ofWires = new(seed + 1);

    /// <summary>Sets the clocks of the hubs before their first start: one is right, one is a little wrong and one very.</summary>
    public void SetClocks()
    {
        TimeSpan[] offsets = [TimeSpan.Zero, AnyOf(LittleWrong), AnyOf(VeryWrong)];
        _ofProcesses.Shuffle(offsets);
        foreach (var (hub, offset) in world.Hubs.Zip(offsets))
        {
            SetClock(hub, offset);
        }
    }

    /// <summary>Makes faults until it is stopped, and takes all of them back.</summary>
    public async Task RunAsync(CancellationToken enough)
    {
        await Task.WhenAll(
            RunAsync([KillWorkerAsync, KillHubAsync, PauseWorkerAsync, PauseHubAsync, RestartWithAnotherClockAsync], _ofProcesses, enough),
            RunAsync([TableFaultsAsync, CutTablesAsync, CutBusAsync, SlowBusAsync, BusFaultsAsync, VendorFaultsAsync, CalmAsync], _ofWires, enough));
    }

    /// <summary>Every kind once in a random order, and then again in another.</summary>
    private static async Task RunAsync(Func<Random, CancellationToken, Task>[] faults, Random random, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            random.Shuffle(faults);
            foreach (var fault in faults)
            {
                await WaitAsync(TimeSpan.FromMilliseconds(random.Next(200, 1_500)), enough);
                if (enough.IsCancellationRequested)
                {
                    return;
                }

                await fault(random, enough);
            }
        }
    }

    private async Task KillWorkerAsync(Random random, CancellationToken enough)
    {
        var hub = world.AnyHub(random);
        using var fault = Begin(hub, "SIGKILL of the worker");
        ProcessTree.Kill(await hub.Host.WorkerIdAsync());
        await Eventually.TrueAsync(hub.Host.AnswersAsync, "the worker is back", TimeSpan.FromSeconds(60));
    }

    private async Task KillHubAsync(Random random, CancellationToken enough)
    {
        var hub = world.AnyHub(random);
        using var fault = Begin(hub, "SIGKILL of host and worker");
        await hub.Host.KillAsync();
        await hub.Host.StartAsync();
    }

    private async Task RestartWithAnotherClockAsync(Random random, CancellationToken enough)
    {
        var (hub, offset) = (world.AnyHub(random), AnyOf(random.Next(3) switch { 0 => VeryWrong, 1 => LittleWrong, _ => [TimeSpan.Zero] }));
        using var fault = Begin(hub, "SIGKILL and another clock");
        await hub.Host.KillAsync();
        SetClock(hub, offset);
        await hub.Host.StartAsync();
    }

    private async Task PauseWorkerAsync(Random random, CancellationToken enough)
    {
        var hub = world.AnyHub(random);
        var worker = await hub.Host.WorkerIdAsync();
        using var fault = Begin(hub, FaultNames.Pause + " of the worker");
        ProcessTree.Pause(worker);
        await WaitAsync(LongPause, CancellationToken.None);
        ProcessTree.Continue(worker);
    }

    private async Task PauseHubAsync(Random random, CancellationToken enough)
    {
        var hub = world.AnyHub(random);
        var processes = new[] { hub.Host.Id, await hub.Host.WorkerIdAsync() };
        using var fault = Begin(hub, FaultNames.Pause + " of host and worker");
        Array.ForEach(processes, ProcessTree.Pause);
        await WaitAsync(LongPause, CancellationToken.None);
        Array.ForEach(processes, ProcessTree.Continue);
    }

    private async Task TableFaultsAsync(Random random, CancellationToken enough)
    {
        var hubs = random.Next(2) == 0 ? world.Hubs : [world.AnyHub(random)];
        var faults = new TableFaults(new Random(random.Next()), share: 0.25);
        using var fault = Begin(hubs.Count == 1 ? hubs[0] : null, "faults of the tables");
        foreach (var hub in hubs)
        {
            hub.Tables.Rule = faults.MeetAsync;
        }

        await WaitAsync(TimeSpan.FromMilliseconds(random.Next(3_000, 6_000)), enough);
        foreach (var hub in hubs)
        {
            hub.Tables.Rule = HttpProxy.Pass;
        }
    }

    private async Task CutTablesAsync(Random random, CancellationToken enough)
    {
        var hub = world.AnyHub(random);
        using var fault = Begin(hub, "no way to the tables");
        hub.Tables.Rule = (_, _) => Task.FromResult<ProxiedAnswer?>(null);
        await WaitAsync(TimeSpan.FromMilliseconds(random.Next(800, 3_000)), enough);
        hub.Tables.Rule = HttpProxy.Pass;
    }

    private async Task CutBusAsync(Random random, CancellationToken enough)
    {
        var hub = world.AnyHub(random);
        using var fault = Begin(hub, "no way to the bus");
        hub.Bus.IsCut = true;
        await WaitAsync(TimeSpan.FromMilliseconds(random.Next(800, 3_000)), enough);
        hub.Bus.IsCut = false;
    }

    private async Task SlowBusAsync(Random random, CancellationToken enough)
    {
        var hub = world.AnyHub(random);
        using var fault = Begin(hub, "a slow way to the bus");
        hub.Bus.Delay = TimeSpan.FromMilliseconds(random.Next(50, 400));
        await WaitAsync(TimeSpan.FromMilliseconds(random.Next(2_000, 4_000)), enough);
        hub.Bus.Delay = TimeSpan.Zero;
    }

    private async Task BusFaultsAsync(Random random, CancellationToken enough)
    {
        var what = new[] { "server-busy", "server-busy inbound", "quota-exceeded inbound", "lock-lost", "server-busy funnel" }[random.Next(5)];
        using var fault = Begin(null, $"bus: {what}");
        await File.WriteAllTextAsync(world.BusFaults, what, CancellationToken.None);
        await WaitAsync(TimeSpan.FromMilliseconds(random.Next(1_000, 3_000)), enough);
        File.Delete(world.BusFaults);
    }

    private async Task VendorFaultsAsync(Random random, CancellationToken enough)
    {
        var vendor = random.Next(2) == 0 ? "hubspot" : "salesforce";
        var kind = random.Next(3);
        using var fault = Begin(null, $"{vendor}: {(kind == 0 ? "lost answers" : kind == 1 ? "429" : "503")}");
        world.Vendors.Faults.Set(vendor, kind == 0
            ? new Fault { Kind = FaultKind.LoseAnswer, Every = 3 }
            : new Fault { Status = kind == 1 ? 429 : 503, RetryAfter = TimeSpan.FromSeconds(1), Every = 2 });
        await WaitAsync(TimeSpan.FromMilliseconds(random.Next(1_000, 3_000)), enough);
        world.Vendors.Faults.Clear();
    }

    private static Task CalmAsync(Random random, CancellationToken enough) => WaitAsync(TimeSpan.FromSeconds(2), enough);

    private TimeSpan AnyOf(TimeSpan[] offsets) => offsets[_ofProcesses.Next(offsets.Length)];

    private void SetClock(HubUnderTest hub, TimeSpan offset)
    {
        hub.ClockOffset = offset;
        var now = TimeProvider.System.GetUtcNow();
        log.Add(new FaultInForce(now, now, hub.Name, $"clock {offset:c}"));
    }

    /// <summary>Takes a fault down when it is over.</summary>
    private Ending Begin(HubUnderTest? hub, string what)
    {
        var from = TimeProvider.System.GetUtcNow();
        return new(() => log.Add(new FaultInForce(from, TimeProvider.System.GetUtcNow(), hub?.Name, what)));
    }

    private static async Task WaitAsync(TimeSpan time, CancellationToken enough) =>
        await Task.Delay(time, enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
