using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Outages;

/// <summary>Reads the present outages of the tools and the queue. It changes nothing.</summary>
internal sealed partial class OutageWatch(
    ConnectorSet connectors, ConnectorStateStore states, OutageStore outages, QueueProbe queues, OpsOptions ops,
    AlertDeliveryOptions delivery, TimeProvider clock, ILogger<OutageWatch> logger)
{
    /// <summary>Compares the present outages with the known ones.</summary>
    public async Task<OutageComparison> CompareAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (answers, oldestWaiting) = await ReadQueueAsync(cancellationToken);
        var known = await outages.GetAllAsync(cancellationToken);
        var seen = OutageRules.Detect(connectors.All, await states.GetAllAsync(cancellationToken), oldestWaiting, ops, now);
        IReadOnlyList<Outage> wrong = answers ? seen : [.. seen, OutageRules.QueueDown(now)];
        return new(known, OutageRules.Decide(known, wrong, oldestWaiting, delivery.CatchUp, now));
    }

    /// <summary>Returns the reason for each connector that is down.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DownAsync(CancellationToken cancellationToken) =>
        (await CompareAsync(cancellationToken)).Steps
            .Where(step => !step.Over && step.Outage.Blinds)
            .ToDictionary(step => step.Outage.Connector, step => step.Outage.Words, StringComparer.Ordinal);

    /// <summary>Reads the queue's oldest message. A queue that does not answer is an outage of its own.</summary>
    private async Task<(bool Answers, DateTimeOffset? OldestWaiting)> ReadQueueAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (true, await queues.OldestInboundAsync(cancellationToken));
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NoQueue(logger, failure.GetType().Name);
            return (false, null);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Warning, "The inbound queue does not answer ({Failure}); alerts on stalled leads wait until it does.")]
        public static partial void NoQueue(ILogger logger, string failure);
    }
}

/// <summary>The known outages, and the decisions about them and the new ones.</summary>
internal sealed record OutageComparison(IReadOnlyList<Outage> Known, IReadOnlyList<OutageStep> Steps);
