using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;
using Polly;

namespace IntegrationHub.Functions.Ops.Health;

/// <summary>Checks everything the hub depends on, concurrently and with a time limit. A part that does not answer is
/// reported; nothing is thrown.</summary>
internal sealed partial class HealthFlow(
    ConnectorSet connectors, ConnectorStateStore states, MissedStore missed, QueueProbe queues, HealthReader reader, MailHealthFlow mail,
    TimeProvider clock, ILogger<HealthFlow> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>How long a status counts for callers that nobody knows. They cost one check in that time, however many
    /// they are.</summary>
    private static readonly TimeSpan StatusCounts = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Task<string>? _status;
    private DateTimeOffset _statusSince;

    private readonly ResiliencePipeline _timeout = HubPipelines.Timeout(Timeout, clock);

    public async Task<HealthReport> CheckAsync(CancellationToken cancellationToken)
    {
        var known = TryAsync(
            "tables",
            async token => (IReadOnlyDictionary<string, ConnectorState>?)await states.GetAllAsync(token),
            null,
            cancellationToken);
        var lost = TryAsync("missed", async token => (ILookup<string, Missed>?)await missed.ListAsync(token), null, cancellationToken);
        var waiting = TryAsync("spool", async token => (int?)await reader.CountSpoolAsync(token), null, cancellationToken);
        var outward = TryAsync("outward", reader.OutwardAsync, [], cancellationToken);
        var sweeps = TryAsync("sweeps", reader.SweepsAsync, [], cancellationToken);
        var parity = TryAsync("parity", reader.ParityAsync, [], cancellationToken);
        var mailHealth = TryAsync("mailboxes", mail.ReadAsync, mail.Unknown, cancellationToken);
        var counts = await Task.WhenAll(QueueProbe.Entities.Select(entity =>
            TryAsync(
                entity.Name, token => queues.CountAsync(entity, token),
                new QueueHealth(entity.Name, null, null, false), cancellationToken)));
        return HealthRules.Judge(connectors.All, new()
        {
            States = await known,
            Missed = await lost,
            Queues = counts,
            SpoolWaiting = await waiting,
            Mail = await mailHealth,
            Outward = await outward,
            Sweeps = await sweeps,
            Parity = await parity,
        });
    }

    /// <summary>Returns the status alone, which may be some seconds old.</summary>
    public Task<string> StatusAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            if (_status is null || now - _statusSince >= StatusCounts)
            {
                // Not cancelled with one caller, because others wait for the same check.
                (_status, _statusSince) = (ReadStatusAsync(), now);
            }

            return _status.WaitAsync(cancellationToken);
        }
    }

    private async Task<string> ReadStatusAsync() => (await CheckAsync(CancellationToken.None)).Status;

    private async Task<T> TryAsync<T>(string what, Func<CancellationToken, Task<T>> look, T otherwise, CancellationToken cancellationToken)
    {
        try
        {
            return await _timeout.ExecuteAsync(async token => await look(token), cancellationToken);
        }
        catch (Exception failure)
        {
            Log.NoAnswer(logger, what, failure.GetType().Name);
            return otherwise;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Health: no answer from {What} ({Failure}).")]
        public static partial void NoAnswer(ILogger logger, string what, string failure);
    }
}
