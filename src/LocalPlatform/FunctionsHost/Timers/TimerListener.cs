using System.Text.Json;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Timers;

/// <summary>Runs one timer function, one run at a time.</summary>
internal sealed partial class TimerListener(
    FunctionDefinition function,
    TimerTrigger trigger,
    TimerSchedule schedule,
    TimerStore store,
    IFunctionRunner runner,
    TimeProvider clock,
    ILogger logger)
    : ITriggerListener
{
    /// <summary>The longest wait that a timer of the runtime supports; longer ones are made of several.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        var planned = schedule.Next(now);
        var status = IsMonitored(planned) ? Recall(now, planned) : null;
        var pastDue = status is not null && status.Next < now.UtcDateTime;
        if (pastDue || trigger.RunOnStartup)
        {
            (status, planned) = await RunOnceAsync(status, pastDue, now, stopping);
        }

        while (planned is { } due && await WaitUntilAsync(due, stopping))
        {
            // The runtime's timers may fire a little early; the plan is what counts then.
            var started = clock.GetUtcNow() is var at && at > due ? at : due;
            (status, planned) = await RunOnceAsync(status, pastDue: false, started, stopping);
        }
    }

    /// <summary>As on the real host, a timer that runs more than once a minute is not monitored.</summary>
    private bool IsMonitored(DateTimeOffset? planned) =>
        trigger.UseMonitor && planned is { } first && (schedule.Next(first) is not { } second || second - first >= TimeSpan.FromMinutes(1));

    private TimerStatus Recall(DateTimeOffset now, DateTimeOffset? planned)
    {
        // The stored state counts only when the present schedule would have planned the same.
        if (store.Read(function.Name) is { } kept
            && schedule.Next(AsUtc(kept.Last == default ? kept.LastUpdated : kept.Last))?.UtcDateTime == kept.Next)
        {
            return kept;
        }

        var fresh = Status(last: default, planned, now);
        Keep(fresh);
        return fresh;
    }

    private async Task<(TimerStatus? Status, DateTimeOffset? Planned)> RunOnceAsync(
        TimerStatus? status, bool pastDue, DateTimeOffset started, CancellationToken stopping)
    {
        await runner.RunAsync(function, Input(status, pastDue), stopping);
        if (status is null)
        {
            return (null, schedule.Next(clock.GetUtcNow() is var ended && ended > started ? ended : started));
        }

        // Planned from the start of the run: runs that fell due meanwhile become one run right after it.
        var planned = schedule.Next(started);
        var next = Status(started.UtcDateTime, planned, clock.GetUtcNow());
        Keep(next);
        return (next, planned);
    }

    private void Keep(TimerStatus status)
    {
        try
        {
            store.Write(function.Name, status);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(logger, function.Name, e.Message);
        }
    }

    private async Task<bool> WaitUntilAsync(DateTimeOffset due, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && due - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < LongestWait ? left : LongestWait, clock, stopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !stopping.IsCancellationRequested;
    }

    private static FunctionInput Input(TimerStatus? status, bool pastDue) => new(
        new(
            )
        {
            Json = JsonSerializer.Serialize(
                new { Schedule = new { AdjustForDST = true }, ScheduleStatus = status, IsPastDue = pastDue })
        }, []);

    private static TimerStatus Status(DateTime last, DateTimeOffset? planned, DateTimeOffset now) =>
        new(last, planned?.UtcDateTime ?? DateTime.MaxValue, now.UtcDateTime);

    private static DateTimeOffset AsUtc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "{Function}: the state of its timer could not be kept, so a run that is missed now is not made up. {Reason}")]
        public static partial void NotKept(ILogger logger, string function, string reason);
    }
}
