using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Runs one timer function, one run at a time.</summary>
internal sealed partial class TimerLoop(Function function, TimerSchedule schedule, TimerMemory memory, FunctionRunner runner, TimeProvider clock, ILogger logger)
    : ITriggerLoop
{
    /// <summary>The longest wait a timer of the runtime takes well; longer ones are made of several.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly TimerTriggerAttribute _trigger = (TimerTriggerAttribute)function.Trigger;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping, CancellationToken givenUp)
    {
        var now = clock.GetUtcNow();
        var planned = schedule.Next(now);
        var status = IsMonitored(planned) ? Recall(now, planned) : null;
        var pastDue = status is not null && status.Next < now.UtcDateTime;

        if (pastDue || _trigger.RunOnStartup)
        {
            (status, planned) = await RunOnceAsync(status, pastDue, now, givenUp);
        }

        while (planned is { } due && await WaitUntilAsync(due, stopping))
        {
            // The runtime's timers may fire a little early; the plan is what counts then.
            var started = clock.GetUtcNow() is var at && at > due ? at : due;
            (status, planned) = await RunOnceAsync(status, pastDue: false, started, givenUp);
        }
    }

    private bool IsMonitored(DateTimeOffset? planned) =>
        _trigger.UseMonitor && planned is { } first && (schedule.Next(first) is not { } second || second - first >= TimeSpan.FromMinutes(1));

    private ScheduleStatus Recall(DateTimeOffset now, DateTimeOffset? planned)
    {
        // What is kept counts only if the present schedule would have planned the same.
        if (memory.Read(function.Name) is { } kept
            && schedule.Next(AsUtc(kept.Last == default ? kept.LastUpdated : kept.Last))?.UtcDateTime == kept.Next)
        {
            return kept;
        }

        var fresh = Status(last: default, planned, now);
        memory.Write(function.Name, fresh);
        return fresh;
    }

    private async Task<(ScheduleStatus? Status, DateTimeOffset? Planned)> RunOnceAsync(
        ScheduleStatus? status, bool pastDue, DateTimeOffset started, CancellationToken givenUp)
    {
        await runner.RunAndLogAsync(function, new TimerInfo { ScheduleStatus = status, IsPastDue = pastDue }, givenUp);

        if (status is null)
        {
            return (null, schedule.Next(clock.GetUtcNow() is var ended && ended > started ? ended : started));
        }

        // Planned from the start of the run: what fell due while it ran is made up by one run right after it.
        var planned = schedule.Next(started);
        var next = Status(started.UtcDateTime, planned, clock.GetUtcNow());
        memory.Write(function.Name, next);
        return (next, planned);
    }

    private async Task<bool> WaitUntilAsync(DateTimeOffset due, CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested && due - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
            {
                await Task.Delay(left < LongestWait ? left : LongestWait, clock, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Log.Stopped(logger, function.Name);
        }

        return !stopping.IsCancellationRequested;
    }

    private static ScheduleStatus Status(DateTime last, DateTimeOffset? planned, DateTimeOffset now) =>
        new() { Last = last, Next = planned?.UtcDateTime ?? DateTime.MaxValue, LastUpdated = now.UtcDateTime };

    private static DateTimeOffset AsUtc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Timer {Function} has stopped.")]
        public static partial void Stopped(ILogger logger, string function);
    }
}
