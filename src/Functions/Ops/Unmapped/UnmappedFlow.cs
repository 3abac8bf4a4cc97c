using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ops.Unmapped;

/// <summary>Lists the stages that no map knows, tells ops of each once, and lets go of it when a map knows it: when the hub starts, since maps are settings, and whenever somebody looks.</summary>
public sealed partial class UnmappedFlow(UnmappedStore store, NoticeStore notices, ConnectorSet connectors, TimeProvider clock, ILogger<UnmappedFlow> logger) : BackgroundService
{
    /// <summary>Notes what an event says if no map knows it, and tells ops.</summary>
    public async Task NoteAsync(SourceEvent source, string connector, IReadOnlyList<LeadId> leads, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source is not { Unmapped: true, ToStageRaw: { } raw })
        {
            return;
        }

        var map = source.DealId is null ? StageMapKind.Person : StageMapKind.Deal;
        var stage = new UnmappedStageReport(connector, raw, $"Connectors:{connector}:{SettingOf(map)}:{raw}", clock.GetUtcNow(), leads.Count);
        await notices.OpenAsync(NoticeOf(stage, map), cancellationToken);
        await store.NoteAsync(stage, leads, cancellationToken);
    }

    /// <summary>Lists what no map knows. What a map has come to know is let go of.</summary>
    public async Task<IReadOnlyList<UnmappedStageReport>> LookAsync(CancellationToken cancellationToken)
    {
        var unmapped = new List<UnmappedStageReport>();
        foreach (var stage in await store.ListAsync(cancellationToken))
        {
            if (IsMapped(stage))
            {
                await notices.CloseAsync(KeyOf(stage), cancellationToken);
                await store.RemoveAsync(stage, cancellationToken);
            }
            else
            {
                unmapped.Add(stage);
            }
        }

        return unmapped;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LookAsync(stoppingToken);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Log.NotLooked(logger, failure);
        }
    }

    /// <summary>A connector that is gone says nothing any more.</summary>
    private bool IsMapped(UnmappedStageReport stage)
    {
        var map = stage.Setting == $"Connectors:{stage.Connector}:{SettingOf(StageMapKind.Deal)}:{stage.Raw}" ? StageMapKind.Deal : StageMapKind.Person;
        return connectors.Find<IConnector>(stage.Connector) is not { } connector || connector.Maps(map, stage.Raw);
    }

    private static string SettingOf(StageMapKind map) => map == StageMapKind.Deal ? "DealStageMap" : "StageMap";

    private static string KeyOf(UnmappedStageReport stage) => $"unmapped|{stage.Setting}";

    private static OpsNotice NoticeOf(UnmappedStageReport stage, StageMapKind map) => new(
        KeyOf(stage),
        $"{stage.Connector}: no map knows the stage \"{stage.Raw}\"",
        [
            $"Leads and deals that {stage.Connector} puts on \"{stage.Raw}\" stay on the funnel stage they are on; everything else about them flows.",
            $"Set {stage.Setting} to a funnel stage{(map == StageMapKind.Deal ? ", won or lost" : "")}, and start the hub again.",
            "GET /api/unmapped lists all such stages, since when, and how many leads are on them.",
        ]);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The stages that no map knows could not be looked through at the start; the next look at them does it.")]
        public static partial void NotLooked(ILogger logger, Exception failure);
    }
}
