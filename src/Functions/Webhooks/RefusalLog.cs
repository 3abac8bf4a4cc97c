using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>Logs refused deliveries by one line a minute for each connector and reason, with how many there were. A
/// flood of them costs no more.</summary>
internal sealed partial class RefusalLog(TimeProvider clock, ILogger<RefusalLog> logger)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Connector, ReceiveOutcome Outcome, string Reason), Count> _counts = new();

    /// <summary>Counts a refusal. The first of a window is logged, with those since the line before.</summary>
    /// <param name="reason">One of a fixed set of texts.</param>
    public void Add(string connector, ReceiveOutcome outcome, string reason)
    {
        var count = _counts.GetOrAdd((connector.ToLowerInvariant(), outcome, reason), _ => new());
        int refused;
        lock (count)
        {
            count.Refused++;
            var now = clock.GetUtcNow();
            if (count.LoggedAt is { } last && now - last < Window)
            {
                return;
            }

            (refused, count.Refused, count.LoggedAt) = (count.Refused, 0, now);
        }

        Log.Refused(logger, refused, connector, outcome, reason);
    }

    private sealed class Count
    {
        public int Refused { get; set; }

        public DateTimeOffset? LoggedAt { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} deliveries to {Connector} were refused as {Outcome}: {Reason}")]
        public static partial void Refused(ILogger logger, int count, string connector, ReceiveOutcome outcome, string reason);
    }
}
