using System.Globalization;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Outages;

/// <summary>Detects outages, notifies ops once for each, and says which connectors are down.</summary>
public sealed partial class OutageFlow(
    ConnectorSet connectors,
    ConnectorStateStore states,
    OutageStore outages,
    NoticeStore notices,
    QueueProbe queues,
    OpsOptions ops,
    AlertDeliveryOptions telling,
    HubOptions hub,
    TimeProvider clock,
    ILogger<OutageFlow> logger)
{
    /// <summary>Detects outages, and returns the reason for each connector that is down.</summary>
    public async Task<IReadOnlyDictionary<string, string>> LookAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (answers, oldestWaiting) = await ReadQueueAsync(cancellationToken);
        var known = await outages.GetAllAsync(cancellationToken);
        var seen = OutageRules.Detect(connectors.All, await states.GetAllAsync(cancellationToken), oldestWaiting, ops, now);
        IReadOnlyList<Outage> wrong = answers ? seen : [.. seen, OutageRules.QueueDown(now)];
        var steps = OutageRules.Decide(known, wrong, oldestWaiting, telling.CatchUp, now);
        foreach (var step in steps.Where(step => step.Over || !known.Contains(step.Outage)))
        {
            await SaveAsync(step, again: known.Any(outage => outage.Key == step.Outage.Key && outage.Reported), cancellationToken);
        }

        return steps.Where(step => !step.Over && step.Outage.Blinds)
            .ToDictionary(step => step.Outage.Connector, step => step.Outage.Words, StringComparer.Ordinal);
    }

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

    /// <summary>Saves a step. The notice comes first, so a crash in between opens the same notice
    /// again, which is idempotent.</summary>
    private async Task SaveAsync(OutageStep step, bool again, CancellationToken cancellationToken)
    {
        if (step.Over)
        {
            await notices.CloseAsync(step.Outage.Key, cancellationToken);
            await outages.RemoveAsync(step.Outage, cancellationToken);
            return;
        }

        if (step.Report)
        {
            if (again)
            {
                await notices.CloseAsync(step.Outage.Key, cancellationToken);
            }

            await notices.OpenAsync(NoticeOf(step.Outage), cancellationToken);
        }

        await outages.SaveAsync(step.Outage, cancellationToken);
    }

    private OpsNotice NoticeOf(Outage outage)
    {
        var since = outage.Since.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);
        return outage.Kind == OutageKind.Silent
            ? new(outage.Key, $"{outage.Connector} has been silent since {since}",
            [
                $"Its webhook {hub.PublicUrl.AbsoluteUri.TrimEnd('/')}/api/webhooks/{outage.Connector} has received nothing since {since}, "
                    + "far longer than its usual pauses.",
                "Some tools switch a hook off after failures. Check in the tool whether it is on, and switch it on again.",
            ])
            : new(outage.Key, $"Blind for {(outage.Connector == Outage.Inbound ? "all tools" : outage.Connector)} since {since}",
            [
                $"{char.ToUpperInvariant(outage.Words[0])}{outage.Words[1..]}. Nothing is known of it since {since}.",
                "Until it works and has caught up, alerts on stalled leads that depend on it wait.",
                "Nothing is lost: leads that are still stalled then are reported in one mail.",
                WhatToDo(outage),
            ]);
    }

    private static string WhatToDo(Outage outage) => outage.Kind switch
    {
        OutageKind.NeedsAuthorization => $"Renew the credentials in the settings Connectors:{outage.Connector}, then restart the hub.",
        OutageKind.Backlog => "Check GET /api/health and the log: deliveries are received but not processed.",
        _ when outage.Connector == Outage.Inbound => "Check GET /api/health, and whether the Service Bus itself reports trouble.",
        _ => $"Check GET /api/health, and whether {outage.Connector} itself reports trouble.",
    };

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Warning, "The inbound queue does not answer ({Failure}); alerts on stalled leads wait until it does.")]
        public static partial void NoQueue(ILogger logger, string failure);
    }
}
