using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Replays;

/// <summary>Processes archived deliveries again, in the order of receipt, beside the live tables.</summary>
internal sealed partial class ReplayRebuilder(
    ConnectorSet connectors, ArchiveStore archive, ArchiveKeyStore keys, ReplayStore replays, IdentityStore identities,
    JourneyReader reader, ILogger<ReplayRebuilder> logger)
{
    /// <summary>Returns the day to begin with.</summary>
    public static string FirstDayOf(ReplayRange range) => ArchiveName.DayOf(range.From);

    /// <summary>Processes the next page of deliveries.</summary>
    internal async Task<Replay> StepAsync(Replay replay, ShadowHub shadow, CancellationToken cancellationToken)
    {
        var last = ArchiveName.DayOf(replay.Range.To);
        var days = (await keys.DaysAsync(cancellationToken))
            .Where(day => string.CompareOrdinal(day, replay.Day) >= 0
                && string.CompareOrdinal(day, last) <= 0)
            .ToList();
        if (days.Count == 0)
        {
            return replay with { State = ReplayState.Comparing, Day = null, Marker = null };
        }

        var (names, marker) = await archive.ListAsync(days[0], replay.Day == days[0] ? replay.Marker : null, cancellationToken);
        foreach (var name in names.Where(name => replay.Range.Holds(name.Connector, name.ReceivedAt)))
        {
            replay = await ProcessAsync(replay, shadow, name, cancellationToken)
                ? replay with { Deliveries = replay.Deliveries + 1 }
                : replay with { Failed = replay.Failed + 1 };
        }

        return marker is not null ? replay with { Day = days[0], Marker = marker }
            : days.Count > 1 ? replay with { Day = days[1], Marker = null }
            : replay with { State = ReplayState.Comparing, Day = null, Marker = null };
    }

    private async Task<bool> ProcessAsync(Replay replay, ShadowHub shadow, ArchiveName name, CancellationToken cancellationToken)
    {
        if (connectors.Find<IDeliveryReader>(name.Connector) is not { } tool
            || await archive.ReadAsync(name, cancellationToken) is not { } archived)
        {
            return false;
        }

        try
        {
            await shadow.ProcessAsync(tool, archived, name, cancellationToken);
        }
        catch (UnreadableDeliveryException)
        {
            Log.Unreadable(logger, name.Blob);
            return false;
        }

        var named = ArchiveRules.NamedBy(name.Connector, archived.AllEvents(tool));
        var leads = new HashSet<LeadId>();
        foreach (var key in named)
        {
            leads.UnionWith(await LeadsOfAsync(identities, key, cancellationToken));
            leads.UnionWith(await LeadsOfAsync(shadow.Identities, key, cancellationToken));
        }

        await replays.TouchAsync(replay.Id, leads, cancellationToken);
        return true;
    }

    private async Task<IEnumerable<LeadId>> LeadsOfAsync(IdentityStore store, IdentityKey key, CancellationToken cancellationToken)
    {
        var leads = key.Kind == IdentityKind.Deal ? await store.FindByDealAsync(key, cancellationToken)
            : await store.FindAsync(key, cancellationToken) is { } lead ? [lead]
            : [];
        return await Task.WhenAll(leads.Select(lead => reader.ResolveAsync(lead, cancellationToken)));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Archived delivery {Name} cannot be read by today's mapper; the replay leaves it out.")]
        public static partial void Unreadable(ILogger logger, string name);
    }
}
