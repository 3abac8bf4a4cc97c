using System.Globalization;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Outages;

/// <summary>Notes which tools are down, and opens one ops notice for each outage.</summary>
public sealed class OutageFlow(OutageWatch watch, OutageStore outages, NoticeStore notices, HubOptions hub)
{
    /// <summary>Looks at the tools, and notes what has changed. Idempotent.</summary>
    public async Task DetectAsync(CancellationToken cancellationToken)
    {
        var (known, steps) = await watch.LookAsync(cancellationToken);
        foreach (var step in steps.Where(step => step.Over || !known.Contains(step.Outage)))
        {
            await TakeAsync(step, again: known.Any(outage => outage.Key == step.Outage.Key && outage.Told), cancellationToken);
        }
    }

    /// <summary>The notice first and the row after it: a crash between opens the same notice again, which is once.</summary>
    private async Task TakeAsync(OutageStep step, bool again, CancellationToken cancellationToken)
    {
        if (step.Over)
        {
            await notices.CloseAsync(step.Outage.Key, cancellationToken);
            await outages.RemoveAsync(step.Outage, cancellationToken);
            return;
        }

        if (step.Tell)
        {
            if (again)
            {
                await notices.CloseAsync(step.Outage.Key, cancellationToken);
            }

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
}
