using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ops.Unmapped;

/// <summary>Lists the stages that no map knows, and reports each to ops once. A stage that a map knows now is applied
/// to its leads at the start and with every listing.</summary>
internal sealed partial class UnmappedFlow(
    UnmappedStore store, NoticeStore notices, JourneyFlow journeys, ConnectorSet connectors, FunnelSettings settings,
    TimeProvider clock, ILogger<UnmappedFlow> logger) : BackgroundService
{
    /// <summary>Records an event's stage when no map knows it, and opens an ops notice.</summary>
    public async Task NoteAsync(LeadEvent source, string connector, IReadOnlyList<LeadId> leads, CancellationToken cancellationToken)
    {
        if (source is not IStageEvent { Unmapped: true, ToStageRaw: { } raw })
        {
            return;
        }

        var map = source is DealEvent ? StageMapKind.Deal : StageMapKind.Person;
        var stage = new UnmappedStageReport(
            connector, raw, $"Connectors:{connector}:{SettingOf(map)}:{raw}", clock.GetUtcNow(), leads.Count);
        await notices.OpenAsync(NoticeOf(stage, map), cancellationToken);
        await store.NoteAsync(stage, leads, cancellationToken);
    }

    /// <summary>Lists a page of the unmapped stages, by connector and name. A stage that a map knows now is applied and removed.</summary>
    public async Task<ListPage<UnmappedStageReport>> ListAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var unmapped = new List<UnmappedStageReport>();
        var stages = await store.ListAsync(page, cancellationToken);
        foreach (var stage in stages.Items)
        {
            if (IsMapped(stage))
            {
                await TakeEffectAsync(stage, cancellationToken);
                await notices.CloseAsync(KeyOf(stage), cancellationToken);
                await store.RemoveAsync(stage, cancellationToken);
            }
            else
            {
                unmapped.Add(stage);
            }
        }

        return new(
            [.. unmapped.OrderBy(stage => stage.Connector, StringComparer.Ordinal).ThenBy(stage => stage.Raw, StringComparer.Ordinal)],
            stages.Next);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (var page = PageRequest.First; page is not null;)
            {
                var next = (await ListAsync(page, stoppingToken)).Next;
                page = next is null ? null : page with { After = next };
            }
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Log.NotLooked(logger, FailureText.Of(failure));
        }
    }

    /// <summary>Whether the stage needs no map any more. A removed connector counts as mapped.</summary>
    private bool IsMapped(UnmappedStageReport stage) =>
        connectors.Find<IConnector>(stage.Connector) is not { } connector || connector.MeaningOf(MapOf(stage), stage.Raw) is not null;

    /// <summary>Applies the stage from when the tool reported it. It runs before the stage is removed,
    /// so a crash repeats it.</summary>
    private async Task TakeEffectAsync(UnmappedStageReport stage, CancellationToken cancellationToken)
    {
        if (connectors.Find<IConnector>(stage.Connector)?.MeaningOf(MapOf(stage), stage.Raw) is not { } meaning)
        {
            return;
        }

        await foreach (var lead in store.LeadsAsync(stage, cancellationToken))
        {
            await journeys.UpdateStoredAsync(
                lead, state => RemapRules.Remap(state, stage, MapOf(stage), meaning, settings, clock.GetUtcNow()), cancellationToken);
        }
    }

    private static StageMapKind MapOf(UnmappedStageReport stage) =>
        stage.Setting == $"Connectors:{stage.Connector}:{SettingOf(StageMapKind.Deal)}:{stage.Raw}"
            ? StageMapKind.Deal : StageMapKind.Person;

    private static string SettingOf(StageMapKind map) => map == StageMapKind.Deal ? "DealStageMap" : "StageMap";

    private static string KeyOf(UnmappedStageReport stage) => $"unmapped|{stage.Setting}";

    private static OpsNotice NoticeOf(UnmappedStageReport stage, StageMapKind map) => new(
        KeyOf(stage),
        $"{stage.Connector}: no map knows the stage \"{stage.Raw}\"",
        [
            $"Leads and deals that {stage.Connector} puts on \"{stage.Raw}\" stay on their funnel stage; all else about them flows.",
            $"Set {stage.Setting} to a funnel stage{(map == StageMapKind.Deal ? ", won or lost" : "")}, and restart the hub.",
            "The stage then takes effect on the leads that wait, too.",
            "GET /api/unmapped lists all such stages, since when, and how many leads are on them.",
        ]);

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Warning, "The unmapped stages could not be checked at the start; the next listing checks them ({Failure}).")]
        public static partial void NotLooked(ILogger logger, string failure);
    }
}
