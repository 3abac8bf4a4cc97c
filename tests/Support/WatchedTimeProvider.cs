using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.Tests.Support;

/// <summary>A clock that stands still until a test moves it, and that says which timers wait: whoever moves it can first see that the waiting has begun.</summary>
public sealed class WatchedTimeProvider : FakeTimeProvider
{
    private readonly ConcurrentDictionary<WatchedTimer, DateTimeOffset> _due = new();

    /// <summary>Gets how far off each waiting timer is, the nearest first.</summary>
    public TimeSpan[] Waiting => [.. _due.Values.Select(due => due - GetUtcNow()).Order()];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WatchedTimer(this, callback);
        timer.Run(base.CreateTimer(timer.Fire, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), dueTime, period);
        return timer;
    }

    /// <summary>Waits, in real time, until a timer is this far off.</summary>
    public Task UntilWaitingAsync(TimeSpan due) => Eventually.TrueAsync(() => Waiting.Contains(due), () => $"a timer in {due}; there are: {string.Join(", ", Waiting)}");

    private sealed class WatchedTimer(WatchedTimeProvider clock, TimerCallback callback) : ITimer
    {
        private ITimer? _timer;
        private TimeSpan _period;

        public void Run(ITimer timer, TimeSpan dueTime, TimeSpan period)
        {
            _timer = timer;
            Change(dueTime, period);
        }

        public void Fire(object? state)
        {
            Note(_period);
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
            Note(dueTime);
            return _timer!.Change(dueTime, period);
        }

        public void Dispose()
        {
            Note(Timeout.InfiniteTimeSpan);
            _timer!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Note(TimeSpan due)
        {
            if (due == Timeout.InfiniteTimeSpan)
            {
                clock._due.TryRemove(this, out _);
            }
            else
            {
                clock._due[this] = clock.GetUtcNow() + due;
            }
        }
    }
}
