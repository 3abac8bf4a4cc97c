using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// Commits one lead: load, decide, save, publish. Two writers of one lead meet at the ETag, and the second decides again.
/// What is meant for a lead that was merged goes to the one that it turned out to be.
/// </summary>
public sealed partial class JourneyCommitter(
    JourneyReader reader, JourneyStore store, JourneyCache cache, JourneyWriter writer, HubMetrics metrics, TimeProvider clock, ILogger<JourneyCommitter> logger)
{
    private const int ConflictsBeforeGivingUp = 20;

    /// <summary>Commits what a decision asks for. Runs to its end once begun (hence no token): others may share it, and it is short.</summary>
    /// <param name="leadId">The lead.</param>
    /// <param name="opening">What is stored with the first facts of a lead that has just been met; null for a known lead.</param>
    /// <param name="decide">Decides purely, perhaps more than once; null saves nothing.</param>
    /// <returns>The state after it; null for a lead of which nothing is stored, or that was erased.</returns>
    public async Task<JourneyState?> CommitAsync(LeadId leadId, LeadOpening? opening, Func<JourneyRecord, JourneyCommit?> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        var isNew = opening is not null;
        for (var conflicts = 0; ; conflicts++)
        {
            var record = cache.Find(leadId) ?? (isNew ? JourneyRecord.New(leadId) : await reader.ReadAsync(leadId, CancellationToken.None));
            if (record.State.Ledger.MergedInto is { } survivor)
            {
                leadId = survivor;
                continue;
            }

            if (record.State.Ledger.ErasedAt is not null)
            {
                return null;
            }

            try
            {
                return await CommitAsync(record, opening, decide(record));
            }
            catch (StaleJourneyException) when (conflicts < ConflictsBeforeGivingUp)
            {
                NoteConflict(leadId);
                isNew = false;
            }
        }
    }

    /// <summary>Marks a lead as erased: from here on it takes nothing and is shown to nobody. Its facts are still there, for whoever removes them.</summary>
    /// <param name="leadId">The lead, or one merged into it.</param>
    /// <param name="evenUnknown">Whether a lead of which nothing is stored is marked too: its first facts may be on the way.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <returns>The record as it was, with the mark; null when nothing is stored of it.</returns>
    public async Task<JourneyRecord?> MarkErasedAsync(LeadId leadId, bool evenUnknown, CancellationToken cancellationToken)
    {
        while (true)
        {
            var record = await reader.FollowAsync(leadId, cancellationToken);
            if (record.State.Ledger.ErasedAt is not null || (record.ETag is null && !evenUnknown))
            {
                return record.ETag is null ? null : record;
            }

            try
            {
                var erased = record.State with { Ledger = new() { ErasedAt = clock.GetUtcNow() } };
                return await store.SaveAsync(record, erased, null, [], CancellationToken.None);
            }
            catch (StaleJourneyException)
            {
                NoteConflict(record.State.LeadId);
            }
            finally
            {
                cache.Drop(record.State.LeadId);
            }
        }
    }

    /// <summary>Makes a pointer of a lead: what is said to it goes to another from here on.</summary>
    /// <exception cref="StaleJourneyException">Somebody else saved since the record was loaded.</exception>
    public async Task PointAsync(JourneyRecord merged, LeadId survivor)
    {
        ArgumentNullException.ThrowIfNull(merged);
        await store.EmptyAsync(merged, new() { MergedInto = survivor }, CancellationToken.None);
        cache.Drop(merged.State.LeadId);
    }

    /// <summary>Counts that somebody else saved a lead while it was being decided, and forgets the lead.</summary>
    public void NoteConflict(LeadId leadId)
    {
        Log.Conflict(logger, leadId);
        metrics.Conflicted();
        cache.Drop(leadId);
    }

    private async Task<JourneyState?> CommitAsync(JourneyRecord record, LeadOpening? opening, JourneyCommit? commit)
    {
        try
        {
            var saved = commit is null ? record : await writer.SaveAsync(record, opening, commit);
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Journey {LeadId} was saved by somebody else; deciding again.")]
        public static partial void Conflict(ILogger logger, LeadId leadId);
    }
}
