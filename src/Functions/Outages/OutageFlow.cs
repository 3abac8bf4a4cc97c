using System.Globalization;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Outages;

/// <summary>Watches the tools: notes which are down, tells ops once for each outage, and says what the hub is blind for.</summary>
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
    /// <summary>Looks, and answers what blinds the hub, by connector, in words.</summary>
    public async Task<IReadOnlyDictionary<string, string>> LookAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (answers, oldestWaiting) = await LookAtQueueAsync(cancellationToken);
        var known = await outages.GetAllAsync(cancellationToken);
        var seen = OutageRules.Look(connectors.All, await states.GetAllAsync(cancellationToken), oldestWaiting, ops, now);
        IReadOnlyList<Outage> wrong = answers ? seen : [.. seen, OutageRules.QueueDown(now)];
        var steps = OutageRules.Decide(known, wrong, oldestWaiting, telling.CatchUp, now);
        foreach (var step in steps.Where(step => step.Over || !known.Contains(step.Outage)))
        {
            await TakeAsync(step, cancellationToken);
        }

        return steps.Where(step => !step.Over && step.Outage.Blinds).ToDictionary(step => step.Outage.Connector, step => step.Outage.Words, StringComparer.Ordinal);
    }

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

    /// <summary>The notice first and the row after it: a crash between opens the same notice again, which is once.</summary>
    private async Task TakeAsync(OutageStep step, CancellationToken cancellationToken)
    {
        if (step.Over)
        {
            await notices.CloseAsync(step.Outage.Key, cancellationToken);
            await outages.RemoveAsync(step.Outage, cancellationToken);
            return;
        }

        if (step.Tell)
        {
            await notices.OpenAsync(NoticeOf(step.Outage), cancellationToken);
        }

        await outages.KeepAsync(step.Outage, cancellationToken);
    }

    private OpsNotice NoticeOf(Outage outage)
    {
        var since = outage.Since.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);
        return outage.Kind == OutageKind.Silent
            ? new(outage.Key, $"{outage.Connector} has been silent since {since}",
            [
                $"Its webhook {hub.PublicUrl.AbsoluteUri.TrimEnd('/')}/api/webhooks/{outage.Connector} has brought nothing since {since}, far longer than it ever rests.",
                "Some tools switch a hook off after failures. Look in the tool whether it is still on, and switch it on again.",
            ])
            : new(outage.Key, $"Blind for {(outage.Connector == Outage.Inbound ? "all tools" : outage.Connector)} since {since}",
            [
                $"{char.ToUpperInvariant(outage.Words[0])}{outage.Words[1..]}. Nothing is known of it since {since}.",
                "Until it works again and has caught up, nobody is told of stalled leads that depend on it. Nothing is lost: those that still stand still by then are told in one mail.",
                WhatToDo(outage),
            ]);
    }

    private static string WhatToDo(Outage outage) => outage.Kind switch
    {
        OutageKind.NeedsAuthorization => $"Renew the credentials in the settings Connectors:{outage.Connector}, then restart the hub.",
        OutageKind.Backlog => "Look at GET /api/health and the log: what was received is not being worked off.",
        _ when outage.Connector == Outage.Inbound => "Look at GET /api/health, and whether the Service Bus itself reports trouble.",
        _ => $"Look at GET /api/health, and whether {outage.Connector} itself reports trouble.",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The inbound queue does not answer ({Failure}); nobody is told of stalled leads while it does not.")]
        public static partial void NoQueue(ILogger logger, string failure);
    }
}
