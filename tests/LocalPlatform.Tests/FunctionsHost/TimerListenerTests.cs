using System.Globalization;
using System.Text.Json;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Timers;
using IntegrationHub.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

public sealed class TimerListenerTests : IDisposable
{
    private const string EveryFiveMinutes = "0 */5 * * * *";

    private readonly FakeRunner _runner = new();
    private readonly WatchedTimeProvider _clock = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("timers-").FullName;

    public TimerListenerTests() => _clock.SetUtcNow(At("2026-03-02 08:59:30"));

    private IReadOnlyList<JsonElement> Runs => [.. _runner.Given.Select(input => JsonDocument.Parse(input.Data.Json).RootElement)];

    [Fact]
    public async Task A_timer_runs_at_its_times_and_not_between_them()
    {
        await using var timer = await StartAsync();

        await MoveAsync("2026-03-02 08:59:59", runs: 0);
        await MoveAsync("2026-03-02 09:00:00", runs: 1);
        await MoveAsync("2026-03-02 09:04:59", runs: 1);
        await MoveAsync("2026-03-02 09:05:00", runs: 2);

        Assert.False(IsPastDue(Runs[1]));
        Assert.Equal(At("2026-03-02 09:00:00").UtcDateTime, Status(Runs[1]).GetProperty("Last").GetDateTime());
        Assert.Equal(At("2026-03-02 09:05:00").UtcDateTime, Status(Runs[1]).GetProperty("Next").GetDateTime());
    }

    [Fact]
    public async Task A_timer_of_seconds_is_not_monitored()
    {
        await using var timer = await StartAsync("*/20 * * * * *");

        await MoveAsync("2026-03-02 08:59:40", runs: 1);
        await MoveAsync("2026-03-02 09:00:00", runs: 2);

        Assert.All(Runs, run => Assert.Equal(JsonValueKind.Null, Status(run).ValueKind));
    }

    [Fact]
    public async Task A_timer_waits_longer_than_a_timer_of_the_runtime_can()
    {
        await using var timer = await StartAsync("0 0 0 1 6 *");

        for (var day = _clock.GetUtcNow().AddDays(1); day < At("2026-06-01 00:00:00"); day = day.AddDays(1))
        {
            await MoveAsync(day, runs: 0);
        }

        await MoveAsync("2026-06-01 00:00:00", runs: 1);
    }

    [Fact]
    public async Task A_run_missed_while_the_host_was_down_is_made_up_once()
    {
        await using (await StartAsync())
        {
            await MoveAsync("2026-03-02 09:00:00", runs: 1);
        }

        _clock.SetUtcNow(At("2026-03-02 09:17:00"));
        await using var again = await StartAsync();
        await Eventually.TrueAsync(() => Runs.Count == 2, "the missed run was made up");
        Assert.True(IsPastDue(Runs[1]));

        await MoveAsync("2026-03-02 09:20:00", runs: 3);
        Assert.False(IsPastDue(Runs[2]));
    }

    [Fact]
    public async Task A_run_is_not_made_up_when_it_was_not_missed_or_the_schedule_is_another()
    {
        await using (await StartAsync())
        {
            await MoveAsync("2026-03-02 09:00:00", runs: 1);
        }

        _clock.SetUtcNow(At("2026-03-02 09:05:00"));
        await using (await StartAsync())
        {
            await WaitsAsync();
        }

        _clock.SetUtcNow(At("2026-03-02 10:00:00"));
        await using (await StartAsync("0 */7 * * * *"))
        {
            await WaitsAsync();
        }

        Assert.DoesNotContain(Runs, IsPastDue);
    }

    [Fact]
    public async Task A_timer_without_monitor_makes_nothing_up()
    {
        await using (await StartAsync(useMonitor: false))
        {
            await MoveAsync("2026-03-02 09:00:00", runs: 1);
        }

        _clock.SetUtcNow(At("2026-03-02 09:17:00"));
        await using var again = await StartAsync(useMonitor: false);
        await MoveAsync("2026-03-02 09:20:00", runs: 2);

        Assert.All(Runs, run => Assert.Equal(JsonValueKind.Null, Status(run).ValueKind));
    }

    [Fact]
    public async Task A_timer_may_run_at_every_start()
    {
        await using var timer = await StartAsync(runOnStartup: true);

        await Eventually.TrueAsync(() => Runs.Count == 1, "the timer ran at the start");

        Assert.False(IsPastDue(Runs[0]));
    }

    [Fact]
    public async Task Runs_do_not_overlap_and_those_missed_meanwhile_are_made_up_by_one()
    {
        var open = new TaskCompletionSource<bool>();
        _runner.Does = _ => open.Task;
        await using var timer = await StartAsync();

        await MoveAsync("2026-03-02 09:00:00", runs: 1);
        _clock.SetUtcNow(At("2026-03-02 09:16:00"));
        Assert.Single(Runs);

        _runner.Does = _ => Task.FromResult(true);
        open.SetResult(true);
        await Eventually.TrueAsync(() => Runs.Count == 2, "the run after the long one");
        await MoveAsync("2026-03-02 09:19:59", runs: 2);
        await MoveAsync("2026-03-02 09:20:00", runs: 3);
    }

    [Fact]
    public async Task A_failed_run_does_not_stop_the_timer()
    {
        _runner.Does = _ => Task.FromResult(false);
        await using var timer = await StartAsync();

        await MoveAsync("2026-03-02 09:00:00", runs: 1);
        await MoveAsync("2026-03-02 09:05:00", runs: 2);
    }

    [Fact]
    public async Task State_that_cannot_be_kept_does_not_stop_the_timer()
    {
        Directory.Delete(_directory);
        await File.WriteAllTextAsync(_directory, "in the way", TestContext.Current.CancellationToken);
        await using (await StartAsync())
        {
            await MoveAsync("2026-03-02 09:00:00", runs: 1);
            await MoveAsync("2026-03-02 09:05:00", runs: 2);
        }

        File.Delete(_directory);
        Directory.CreateDirectory(_directory);
    }

    [Fact]
    public async Task A_stopping_host_cancels_the_run_and_waits_for_its_end()
    {
        var cancelled = new TaskCompletionSource();
        var open = new TaskCompletionSource<bool>();
        _runner.Does = async cancellationToken =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            return await open.Task;
        };
        await using var timer = await StartAsync();
        await MoveAsync("2026-03-02 09:00:00", runs: 1);

        var stop = timer.StopAsync();

        await cancelled.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(stop.IsCompleted);
        open.SetResult(true);
        await stop;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static JsonElement Status(JsonElement run) => run.GetProperty("ScheduleStatus");

    private static bool IsPastDue(JsonElement run) => run.GetProperty("IsPastDue").GetBoolean();

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private async Task<Running> StartAsync(string schedule = EveryFiveMinutes, bool runOnStartup = false, bool useMonitor = true)
    {
        var trigger = new TimerTrigger("timer", schedule, runOnStartup, useMonitor);
        var function = new FunctionDefinition(trigger, new() { Name = "Probe", FunctionId = "1" });
        var listener = new TimerListener(
            function, trigger, TimerSchedule.Parse(schedule), new TimerStore(_directory), _runner, _clock, NullLogger.Instance);
        await listener.StartAsync(TestContext.Current.CancellationToken);
        return new(listener);
    }

    private Task MoveAsync(string time, int runs) => MoveAsync(At(time), runs);

    /// <summary>Moves the clock once the timer waits, and then sees how often it has run in all.</summary>
    private async Task MoveAsync(DateTimeOffset time, int runs)
    {
        await WaitsAsync();
        _clock.SetUtcNow(time);
        await Eventually.TrueAsync(() => Runs.Count >= runs, $"there were {runs} runs");
        Assert.Equal(runs, Runs.Count);
    }

    private Task WaitsAsync() => Eventually.TrueAsync(() => _clock.Waiting.Any(due => due > TimeSpan.Zero), "the timer waits");

    private sealed class Running(TimerListener listener) : IAsyncDisposable
    {
        public Task StopAsync() => listener.StopAsync();

        public async ValueTask DisposeAsync()
        {
            await listener.StopAsync();
            await listener.DisposeAsync();
        }
    }
}
