using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Outages;

/// <summary>Looks at the tools and the queue. Changes nothing, so whoever asks gets the state of this moment.</summary>
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
        var (answers, oldestWaiting) = await LookAtQueueAsync(cancellationToken);
        var known = await outages.GetAllAsync(cancellationToken);
        var seen = OutageRules.Look(connectors.All, await states.GetAllAsync(cancellationToken), oldestWaiting, ops, now);
        IReadOnlyList<Outage> wrong = answers ? seen : [.. seen, OutageRules.QueueDown(now)];
        return new(known, OutageRules.Decide(known, wrong, oldestWaiting, delivery.CatchUp, now));
    }

    /// <summary>What the hub is blind for, and why in words, by connector.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DownAsync(CancellationToken cancellationToken) => (await LookAsync(cancellationToken)).Steps
        .Where(step => !step.Over && step.Outage.Blinds)
        .ToDictionary(step => step.Outage.Connector, step => step.Outage.Words, StringComparer.Ordinal);

    /// <summary>A queue that does not answer is an outage itself: nothing is heard of any tool, and ops are to hear of that.</summary>
    private async Task<(bool Answers, DateTimeOffset? OldestWaiting)> LookAtQueueAsync(CancellationToken cancellationToken)
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
        [LoggerMessage(1, LogLevel.Warning, "The inbound queue does not answer ({Failure}); nobody is told of stalled leads while it does not.")]
        public static partial void NoQueue(ILogger logger, string failure);
    }
}

/// <summary>What a look at the tools found.</summary>
/// <param name="Known">The outages that were known before.</param>
/// <param name="Steps">What becomes of them, and what is new.</param>
public sealed record OutageSight(IReadOnlyList<Outage> Known, IReadOnlyList<OutageStep> Steps);
