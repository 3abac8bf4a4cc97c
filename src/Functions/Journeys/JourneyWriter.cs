using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Writes a lead: first its keys and due time, then the lead and its outbox in one transaction, then the
/// bus. A changed tally is announced with the commit that changed it.</summary>
internal sealed class JourneyWriter(
    JourneyStore store, IdentityStore identities, RecordLinkStore recordLinks, DeadlineStore deadlines, FunnelTopic topic,
    HubMetrics metrics, FunnelSettings settings, TimeProvider clock)
{
    /// <summary>Saves a decision on a record.</summary>
    /// <param name="opening">What is stored with the first facts of a new lead; null for a known one.</param>
    /// <exception cref="StaleJourneyException">Another writer saved since the record was loaded.</exception>
    public async Task<JourneyRecord> SaveAsync(JourneyRecord record, LeadOpening? opening, JourneyCommit commit)
    {
        var (leadId, links) = (record.State.LeadId, opening?.Links ?? []);
        if (record.ETag is not null)
        {
            // Another instance stored the lead since it was matched, or it was merged.
            await recordLinks.TryLinkAsync(leadId, links, certain: true, CancellationToken.None);
        }

        var linked = commit.NewFacts.OfType<IdentitiesLinked>().SelectMany(fact => fact.Keys).Distinct().ToList();
        await identities.LinkAsync(leadId, linked, CancellationToken.None);
        var (counted, tally) = commit.Journey is { } journey
            ? TallyRules.Note(commit.State, journey, settings, clock.GetUtcNow()) : (commit.State, null);
        var state = await WatchAsync(counted, commit.NextDue);
        var saved = await store.SaveAsync(
            record, state, commit.Journey, tally is null ? commit.Events : [.. commit.Events, tally], record.ETag is null ? links : [],
            CancellationToken.None);
        identities.Stored(leadId, linked);
        metrics.Committed(commit.NewFacts.Count);
        return saved;
    }

    /// <summary>Publishes a record's outbox.</summary>
    /// <returns>The record with an empty outbox.</returns>
    public async Task<JourneyRecord> PublishAsync(JourneyRecord record)
    {
        if (record.Unpublished.Count == 0)
        {
            return record;
        }

        await topic.PublishAsync(record.Unpublished, CancellationToken.None);
        return record with { Unpublished = [] };
    }

    /// <summary>Ensures that the deadline index has a row no later than the lead's due time, before the commit. An
    /// early row is checked and moved, so a later deadline costs nothing here. A row that the ledger names exists: only
    /// the sweep removes it, after a commit that no longer names it. One that no sweep has taken in time may be lost,
    /// so it is added again.</summary>
    private async Task<JourneyState> WatchAsync(JourneyState state, DateTimeOffset? nextDue)
    {
        var late = DeadlineStore.IsLate(state.Ledger.WatchedAt, clock.GetUtcNow());
        if (nextDue is not { } due || (state.Ledger.WatchedAt <= due && !late))
        {
            return state;
        }

        if (late)
        {
            metrics.WatchedLate();
        }

        await deadlines.WatchAsync(state.LeadId, due, CancellationToken.None);
        return state with { Ledger = state.Ledger with { WatchedAt = due } };
    }
}
