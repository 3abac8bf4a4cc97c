using System.Globalization;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Outages;

/// <summary>Saves outages, and notifies ops once for each.</summary>
internal sealed class OutageFlow(OutageWatch watch, OutageStore outages, NoticeStore notices, HubOptions hub)
{
    /// <summary>Detects outages, and saves what changed. Idempotent.</summary>
    public async Task DetectAsync(CancellationToken cancellationToken)
    {
        var (known, steps) = await watch.CompareAsync(cancellationToken);
        foreach (var step in steps.Where(step => step.Over || !known.Contains(step.Outage)))
        {
            await SaveAsync(step, again: known.Any(outage => outage.Key == step.Outage.Key && outage.Reported), cancellationToken);
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
}
