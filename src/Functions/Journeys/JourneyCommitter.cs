using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Commits a lead: load, decide, save, publish. Two writers of a lead meet at the ETag, and the second
/// decides again. Facts of a merged lead go to the one that stays.</summary>
internal sealed partial class JourneyCommitter(
    JourneyReader reader, JourneyStore store, JourneyCache cache, JourneyWriter writer, FunnelSettings settings, HubMetrics metrics,
    TimeProvider clock, ILogger<JourneyCommitter> logger)
{
    /// <summary>Commits a decision without a token, because others may share the commit, and it is short.</summary>
    /// <param name="opening">What is stored with the first facts of a new lead; null for a known one.</param>
    /// <param name="decide">Decides purely, perhaps several times; null saves nothing.</param>
    /// <returns>The new state; null for an unknown or erased lead.</returns>
    public async Task<JourneyState?> CommitAsync(LeadId leadId, LeadOpening? opening, Func<JourneyRecord, JourneyCommit?> decide)
    {
        var isNew = opening is not null;
        return await HubPipelines.Optimistic.ExecuteAsync(async _ =>
        {
            var record = await FindAsync(leadId, isNew);
            if (record.State.Ledger.ErasedAt is not null)
            {
                return null;
            }

            try
            {
                return await CommitAsync(record, opening, decide(record));
            }
            catch (StaleJourneyException)
            {
                NoteConflict(record.State.LeadId);
                isNew = false;
                throw;
            }
        }, CancellationToken.None);
    }

    /// <summary>Hides a lead that is to be erased: it accepts nothing and is shown to nobody. Facts and ledger stay, for a
    /// restore or for whoever removes them.</summary>
    /// <param name="leadId">The lead, or one merged into it.</param>
    /// <param name="evenUnknown">Whether to mark an unknown lead too, because its first
    /// facts may be on the way.</param>
    /// <returns>The record with the mark; null for an unknown lead.</returns>
    public async Task<JourneyRecord?> HideAsync(LeadId leadId, bool evenUnknown, CancellationToken cancellationToken)
    {
        return await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var record = await reader.FollowAsync(leadId, token);
            if (record.State.Ledger.ErasedAt is not null || (record.ETag is null && !evenUnknown))
            {
                return record.ETag is null ? null : record;
            }

            try
            {
                var hidden = record.State with { Ledger = record.State.Ledger with { ErasedAt = clock.GetUtcNow() } };
                return await store.SaveAsync(record, hidden, null, [], CancellationToken.None);
            }
            catch (StaleJourneyException)
            {
                NoteConflict(record.State.LeadId);
                throw;
            }
            finally
            {
                cache.Drop(record.State.LeadId);
            }
        }, cancellationToken);
    }

    /// <summary>Shows a hidden lead again; one without facts is unknown again. A no-op for others.</summary>
    /// <param name="decide">Decides purely what its state is and what is published.</param>
    public async Task RestoreAsync(LeadId leadId, Func<JourneyState, JourneyDecision> decide, CancellationToken cancellationToken)
    {
        var record = await reader.FollowAsync(leadId, cancellationToken);
        if (record.State.Ledger.ErasedAt is null)
        {
            return;
        }

        if (record.State.Facts.IsEmpty)
        {
            await store.RemoveAsync(record, cancellationToken);
        }
        else
        {
            await CommitAsync(record, null, JourneyCommit.Of(decide(record.State)));
        }
    }

    /// <summary>Makes a merged lead a pointer, so that its later facts go to the survivor.</summary>
    /// <exception cref="StaleJourneyException">Another writer saved since the record was loaded.</exception>
    public async Task PointAsync(JourneyRecord merged, LeadId survivor)
    {
        await store.EmptyAsync(merged, new() { MergedInto = survivor }, CancellationToken.None);
        cache.Drop(merged.State.LeadId);
    }

    /// <summary>Counts a conflict with another writer, and drops the lead from the cache.</summary>
    public void NoteConflict(LeadId leadId)
    {
        Log.Conflict(logger, leadId);
        metrics.Conflicted();
        cache.Drop(leadId);
    }

    /// <summary>Returns the cached or stored record of a lead, or of the one that it was merged into.</summary>
    private async Task<JourneyRecord> FindAsync(LeadId leadId, bool isNew)
    {
        var record = cache.Find(leadId) ?? (isNew ? JourneyRecord.New(leadId) : await reader.ReadAsync(leadId, CancellationToken.None));
        while (record.State.Ledger.MergedInto is { } survivor)
        {
            record = cache.Find(survivor) ?? await reader.ReadAsync(survivor, CancellationToken.None);
        }

        return record;
    }

    private async Task<JourneyState?> CommitAsync(JourneyRecord record, LeadOpening? opening, JourneyCommit? commit)
    {
        try
        {
            var saved = commit is null ? record
                : await writer.SaveAsync(record, opening, commit with { State = Within(commit.State) });
            cache.Keep(saved);
            cache.Keep(await writer.PublishAsync(saved));
            return saved.ETag is null ? null : saved.State;
        }
        catch (StaleJourneyException)
        {
            cache.Drop(record.State.LeadId);
            throw;
        }
    }

    /// <summary>Bounds what is stored.</summary>
    private JourneyState Within(JourneyState state) =>
        SummingRules.Within(state with { Ledger = LedgerRules.Within(state.Ledger) }, settings);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Journey {LeadId} was saved by another writer; deciding again.")]
        public static partial void Conflict(ILogger logger, LeadId leadId);
    }
}
