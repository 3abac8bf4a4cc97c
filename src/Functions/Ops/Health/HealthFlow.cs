using Azure.Data.Tables;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ops.Health;

/// <summary>Looks at everything the hub stands on, briefly and all at once. What does not answer in time is reported so; nothing is thrown.</summary>
public sealed partial class HealthFlow(ConnectorSet connectors, ConnectorStateStore states, QueueProbe queues, HubTables tables, MailHealthFlow mail, TimeProvider clock, ILogger<HealthFlow> logger)
{
    private const int SpoolCountedTo = 1_000;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Looks.</summary>
    public async Task<HealthReport> LookAsync(CancellationToken cancellationToken)
    {
        var known = TryAsync("tables", async token => (IReadOnlyDictionary<string, ConnectorState>?)await states.GetAllAsync(token), null, cancellationToken);
        var waiting = TryAsync("spool", async token => (int?)await CountSpoolAsync(token), null, cancellationToken);
        var outlook = TryAsync("mailboxes", mail.LookAsync, mail.Unknown, cancellationToken);
        var counts = await Task.WhenAll(QueueProbe.Entities.Select(entity =>
            TryAsync(entity.Name, token => queues.CountAsync(entity, token), new QueueHealth(entity.Name, null, null, false), cancellationToken)));
        return HealthRules.Judge(connectors.All, await known, counts, await waiting, await outlook);
    }

    private async Task<int> CountSpoolAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        var spool = await tables.GetAsync(HubTables.Spool, cancellationToken);
        await foreach (var _ in spool.QueryAsync<TableEntity>((string?)null, SpoolCountedTo, ["RowKey"], cancellationToken))
        {
            if (++count == SpoolCountedTo)
            {
                break;
            }
        }

        return count;
    }

    private async Task<T> TryAsync<T>(string what, Func<CancellationToken, Task<T>> look, T otherwise, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await look(either.Token);
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
