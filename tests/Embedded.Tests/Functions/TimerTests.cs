using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Embedded.Tests.Functions;

public sealed class TimerTests
{
    private static readonly DateTimeOffset Start = At("2026-03-02 08:59:30");

    private readonly TimerRuns _runs = new();
    private readonly ManualClock _clock = new(Start);
    private readonly string _data = FunctionApp.NewDirectory();

    [Theory]
    [InlineData("0 */5 * * * *", "2026-03-02 08:59:30", "2026-03-02 09:00:00")]
    [InlineData("0 */5 * * * *", "2026-03-02 09:00:00", "2026-03-02 09:05:00")]
    [InlineData("*/5 * * * *", "2026-03-02 09:00:00", "2026-03-02 09:05:00")]
    [InlineData("30 5 * * * *", "2026-03-02 09:05:29", "2026-03-02 09:05:30")]
    [InlineData("30 5 * * * *", "2026-03-02 09:05:30", "2026-03-02 10:05:30")]
    [InlineData("0 20/15 * * * *", "2026-03-02 09:00:00", "2026-03-02 09:20:00")]
    [InlineData("0 20/15 * * * *", "2026-03-02 09:50:00", "2026-03-02 10:20:00")]
    [InlineData("0 0 9-17 * * *", "2026-03-02 17:00:00", "2026-03-03 09:00:00")]
    [InlineData("0 0 9-17/4 * * *", "2026-03-02 09:00:00", "2026-03-02 13:00:00")]
    [InlineData("0 15,45 8,10 * * *", "2026-03-02 08:45:00", "2026-03-02 10:15:00")]
    [InlineData("59 59 23 * * *", "2026-12-31 23:59:59", "2027-01-01 23:59:59")]
    [InlineData("0 0 0 1 1 *", "2026-01-01 00:00:00", "2027-01-01 00:00:00")]
    [InlineData("0 0 0 31 * *", "2026-03-31 00:00:00", "2026-05-31 00:00:00")]
    [InlineData("0 0 0 29 2 *", "2026-03-02 00:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 0 0 29 2 *", "2096-03-01 00:00:00", "2104-02-29 00:00:00")]
    [InlineData("0 0 0 29 2 Sun", "2026-03-02 00:00:00", "2032-02-29 00:00:00")]
    [InlineData("0 30 9 * * 1-5", "2026-03-06 09:30:00", "2026-03-09 09:30:00")]
    [InlineData("0 30 9 * * Mon-Fri", "2026-03-06 09:30:00", "2026-03-09 09:30:00")]
    [InlineData("0 30 9 * * MONDAY,thu", "2026-03-02 09:30:00", "2026-03-05 09:30:00")]
    [InlineData("0 0 0 * * 0", "2026-03-02 00:00:00", "2026-03-08 00:00:00")]
    [InlineData("0 0 0 * * 7", "2026-03-02 00:00:00", "2026-03-08 00:00:00")]
    [InlineData("0 0 0 * * 5-7", "2026-03-07 00:00:00", "2026-03-08 00:00:00")]
    [InlineData("0 0 0 1 Apr,october *", "2026-04-01 00:00:00", "2026-10-01 00:00:00")]
    [InlineData("0 0 0 13 * Fri", "2026-03-13 00:00:00", "2026-11-13 00:00:00")]
    [InlineData("0 30 2 * * *", "2026-03-29 00:00:00", "2026-03-29 02:30:00")]
    [InlineData("0 30 2 * * *", "2026-10-25 02:30:00", "2026-10-26 02:30:00")]
    [InlineData("01:30:00", "2026-03-02 08:59:30", "2026-03-02 10:29:30")]
    [InlineData("1.00:00:00", "2026-03-02 08:59:30", "2026-03-03 08:59:30")]
    public async Task A_schedule_names_its_next_run(string schedule, string now, string next)
    {
        await using var app = await StartAsync<StartupTimerProbe>(schedule, new ManualClock(At(now)));

        await Eventually.TrueAsync(() => _runs.Runs.Count == 1, "the timer ran at the start");
        Assert.Equal(At(next).UtcDateTime, _runs.Runs.Single().ScheduleStatus!.Next);
    }

    [Theory]
    [InlineData("0 * * * *  * *")]
    [InlineData("* * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("0 0 24 * * *")]
    [InlineData("0 0 0 0 * *")]
    [InlineData("0 0 0 32 * *")]
    [InlineData("0 0 0 * 13 *")]
    [InlineData("0 0 0 * * 8")]
    [InlineData("0 0 0 * * Fri-Mon")]
    [InlineData("0 */0 * * * *")]
    [InlineData("0 1-2-3 * * * *")]
    [InlineData("0 , * * * *")]
    [InlineData("0 0 0 * M *")]
    [InlineData("00:00:00")]
    [InlineData("soon")]
    public async Task A_schedule_that_cannot_be_read_stops_the_start_and_is_named(string schedule)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync<TimerProbe>(schedule, _clock));

        Assert.Contains("TimerProbe", failure.Message, StringComparison.Ordinal);
        Assert.Contains("%Schedules:TimerProbe%", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schedule_whose_setting_is_missing_stops_the_start_and_is_named()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync<TimerProbe>("", _clock));

        Assert.Contains("Schedules:TimerProbe", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timer_runs_at_its_times_and_not_between_them()
    {
        await using var app = await StartAsync<TimerProbe>("0 */5 * * * *", _clock);

        await MoveAsync("2026-03-02 08:59:59", runs: 0);
        await MoveAsync("2026-03-02 09:00:00", runs: 1);
        await MoveAsync("2026-03-02 09:04:59", runs: 1);
        await MoveAsync("2026-03-02 09:05:00", runs: 2);

        var last = _runs.Runs.Last();
        Assert.False(last.IsPastDue);
        Assert.Equal(At("2026-03-02 09:00:00").UtcDateTime, last.ScheduleStatus!.Last);
        Assert.Equal(At("2026-03-02 09:05:00").UtcDateTime, last.ScheduleStatus.Next);
    }

    [Fact]
    public async Task A_timer_of_seconds_is_not_monitored()
    {
        await using var app = await StartAsync<TimerProbe>("*/20 * * * * *", _clock);

        await MoveAsync("2026-03-02 08:59:40", runs: 1);
        await MoveAsync("2026-03-02 09:00:00", runs: 2);

        Assert.All(_runs.Runs, run => Assert.Null(run.ScheduleStatus));
    }

    [Fact]
    public async Task A_timer_waits_longer_than_a_timer_of_the_runtime_can()
    {
        await using var app = await StartAsync<TimerProbe>("0 0 0 1 6 *", _clock);

        for (var day = Start.AddDays(1); day < At("2026-06-01 00:00:00"); day = day.AddDays(1))
        {
            await Eventually.TrueAsync(() => _clock.NextTimer is { } next && next <= day, "the timer waits on");
            _clock.MoveTo(day);
        }

        Assert.Empty(_runs.Runs);
        await MoveAsync("2026-06-01 00:00:00", runs: 1);
    }

    [Fact]
    public async Task A_run_missed_while_the_host_was_down_is_made_up_once()
    {
        await using (await StartAsync<TimerProbe>("0 */5 * * * *", _clock))
        {
            await MoveAsync("2026-03-02 09:00:00", runs: 1);
        }

        _clock.MoveTo(At("2026-03-02 09:17:00"));
        await using var again = await StartAsync<TimerProbe>("0 */5 * * * *", _clock);
        await Eventually.TrueAsync(() => _runs.Runs.Count == 2, "the missed run was made up");
        Assert.True(_runs.Runs.Last().IsPastDue);

        await MoveAsync("2026-03-02 09:20:00", runs: 3);
        Assert.False(_runs.Runs.Last().IsPastDue);
    }

    [Fact]
    public async Task A_run_is_not_made_up_when_it_was_not_missed_or_the_schedule_is_another()
    {
        await using (await StartAsync<TimerProbe>("0 */5 * * * *", _clock))
        {
            await MoveAsync("2026-03-02 09:00:00", runs: 1);
        }

        _clock.MoveTo(At("2026-03-02 09:05:00"));
        await using (await StartAsync<TimerProbe>("0 */5 * * * *", _clock))
        {
            await Eventually.TrueAsync(() => _clock.NextTimer is not null, "the timer waits");
        }

        _clock.MoveTo(At("2026-03-02 10:00:00"));
        await using (await StartAsync<TimerProbe>("0 */7 * * * *", _clock))
        {
            await Eventually.TrueAsync(() => _clock.NextTimer is not null, "the timer waits");
        }

        Assert.DoesNotContain(_runs.Runs, run => run.IsPastDue);
    }

    [Fact]
    public async Task A_timer_without_monitor_makes_nothing_up()
    {
        await using (await StartAsync<UnmonitoredTimerProbe>("0 */5 * * * *", _clock))
        {
            await MoveAsync("2026-03-02 09:00:00", runs: 1);
        }

        _clock.MoveTo(At("2026-03-02 09:17:00"));
        await using var again = await StartAsync<UnmonitoredTimerProbe>("0 */5 * * * *", _clock);
        await MoveAsync("2026-03-02 09:20:00", runs: 2);

        Assert.All(_runs.Runs, run => Assert.Null(run.ScheduleStatus));
    }

    [Fact]
    public async Task Runs_do_not_overlap_and_those_missed_meanwhile_are_made_up_by_one()
    {
        var open = new TaskCompletionSource();
        _runs.Does = _ => open.Task;
        await using var app = await StartAsync<TimerProbe>("0 */5 * * * *", _clock);

        await MoveAsync("2026-03-02 09:00:00", runs: 1);
        _clock.MoveTo(At("2026-03-02 09:16:00"));
        Assert.Single(_runs.Runs);

        _runs.Does = _ => Task.CompletedTask;
        open.SetResult();
        await Eventually.TrueAsync(() => _runs.Runs.Count == 2, "the run after the long one");
        await MoveAsync("2026-03-02 09:19:59", runs: 2);
        await MoveAsync("2026-03-02 09:20:00", runs: 3);
    }

    [Fact]
    public async Task A_failed_run_does_not_stop_the_timer()
    {
        _runs.Does = _ => throw new InvalidOperationException("wrong this time");
        await using var app = await StartAsync<TimerProbe>("0 */5 * * * *", _clock);

        await MoveAsync("2026-03-02 09:00:00", runs: 1);
        await MoveAsync("2026-03-02 09:05:00", runs: 2);
    }

    [Fact]
    public async Task A_stopping_host_lets_a_run_finish()
    {
        var open = new TaskCompletionSource();
        _runs.Does = cancellationToken => open.Task.WaitAsync(cancellationToken);
        await using var app = await StartAsync<TimerProbe>("0 */5 * * * *", _clock);
        await MoveAsync("2026-03-02 09:00:00", runs: 1);

        var stop = app.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);
        open.SetResult();
        await stop;
    }

    [Fact]
    public async Task A_host_that_cannot_wait_cancels_the_run()
    {
        var cancelled = new TaskCompletionSource();
        _runs.Does = async cancellationToken =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            await cancelled.Task;
            cancellationToken.ThrowIfCancellationRequested();
        };
        await using var app = await StartAsync<TimerProbe>("0 */5 * * * *", _clock);
        await MoveAsync("2026-03-02 09:00:00", runs: 1);

        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await app.StopAsync(patience.Token);

        Assert.True(cancelled.Task.IsCompletedSuccessfully);
    }

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private Task<FunctionApp> StartAsync<TProbe>(string schedule, ManualClock clock) => FunctionApp.StartAsync(
        [typeof(TProbe)],
        builder => builder.Services.AddSingleton(_runs).AddSingleton<TimeProvider>(clock),
        _data,
        $"--Schedules:TimerProbe={schedule}");

    /// <summary>Moves the clock once the timer waits, and then sees how often it has run in all.</summary>
    private async Task MoveAsync(string time, int runs)
    {
        await Eventually.TrueAsync(() => _clock.NextTimer is not null, "the timer waits");
        _clock.MoveTo(At(time));
        await Eventually.TrueAsync(() => _runs.Runs.Count >= runs, $"there were {runs} runs");
        Assert.Equal(runs, _runs.Runs.Count);
    }
}
