using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Outages;

/// <summary>Finds what is wrong with the tools and the queue now. Changes nothing.</summary>
public sealed partial class OutageWatch(
    ConnectorSet connectors,
    ConnectorStateStore states,
    OutageStore outages,
    QueueProbe queues,
    OpsOptions ops,
    AlertDeliveryOptions delivery,
    TimeProvider clock,
    ILogger<OutageWatch> logger)
{
    /// <summary>Compares what is wrong now with the outages that are known.</summary>
    public async Task<OutageSight> LookAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (answers, oldestWaiting) = await ReadQueueAsync(cancellationToken);
        var known = await outages.GetAllAsync(cancellationToken);
        var seen = OutageRules.Detect(connectors.All, await states.GetAllAsync(cancellationToken), oldestWaiting, ops, now);
        IReadOnlyList<Outage> wrong = answers ? seen : [.. seen, OutageRules.QueueDown(now)];
        return new(known, OutageRules.Decide(known, wrong, oldestWaiting, delivery.CatchUp, now));
    }

    /// <summary>Returns the reason for each connector that is down.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DownAsync(CancellationToken cancellationToken) => (await LookAsync(cancellationToken)).Steps
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
        [LoggerMessage(1, LogLevel.Warning, "The inbound queue does not answer ({Failure}); alerts on stalled leads wait until it does.")]
        public static partial void NoQueue(ILogger logger, string failure);
    }
}

/// <summary>What is wrong with the tools, beside what was known.</summary>
/// <param name="Known">The outages that were known before.</param>
/// <param name="Steps">The changes of known outages, and new ones.</param>
public sealed record OutageSight(IReadOnlyList<Outage> Known, IReadOnlyList<OutageStep> Steps);
