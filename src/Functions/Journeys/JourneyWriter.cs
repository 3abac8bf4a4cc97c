using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Writes one lead: its keys and its due time first, then the lead with its outbox in one transaction, then the bus.</summary>
public sealed class JourneyWriter(
    JourneyStore store, IdentityStore identities, RecordLinkStore recordLinks, DeadlineStore deadlines, FunnelTopic topic, HubMetrics metrics)
{
    /// <summary>Saves what was decided on a record.</summary>
    /// <param name="record">The record that it was decided on.</param>
    /// <param name="opening">What is stored with the first facts of a lead that has just been met; null for a known lead.</param>
    /// <param name="commit">What was decided.</param>
    /// <exception cref="StaleJourneyException">Somebody else saved since the record was loaded.</exception>
    public async Task<JourneyRecord> SaveAsync(JourneyRecord record, LeadOpening? opening, JourneyCommit commit)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(commit);
        var (leadId, links) = (record.State.LeadId, opening?.Links ?? []);
        if (record.ETag is not null)
        {
            // Somebody else stored the lead since it was met, or it turned out to be another.
            await recordLinks.TryLinkAsync(leadId, links, certain: true, CancellationToken.None);
        }

        var linked = commit.NewFacts.OfType<IdentitiesLinked>().SelectMany(fact => fact.Keys).Distinct().ToList();
        await identities.LinkAsync(leadId, linked, CancellationToken.None);
        var state = await WatchAsync(commit.State, commit.NextDue);
        var saved = await store.SaveAsync(record, state, commit.Journey, commit.Events, record.ETag is null ? links : [], CancellationToken.None);
        identities.Stored(leadId, linked);
        metrics.Committed(commit.NewFacts.Count);
        return saved;
    }

    /// <summary>Brings what lies in the outbox to the bus.</summary>
    /// <returns>The record with an empty outbox.</returns>
    public async Task<JourneyRecord> PublishAsync(JourneyRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Unpublished.Count == 0)
        {
            return record;
        }

        await topic.PublishAsync(record.Unpublished, CancellationToken.None);
        return record with { Unpublished = [] };
    }

    /// <summary>
    /// Makes sure that the index has a row no later than the lead falls due, before the journey commits. A row that comes
    /// too early is looked at and put later, so a deadline that only moves away costs nothing here. A row that the ledger
    /// names is there: only the sweep removes it, once it has committed a ledger that no longer names it. So no clock is
    /// asked.
    /// </summary>
    private async Task<JourneyState> WatchAsync(JourneyState state, DateTimeOffset? nextDue)
    {
        if (nextDue is not { } due || state.Ledger.WatchedAt <= due)
        {
            return state;
        }

        await deadlines.WatchAsync(state.LeadId, due, CancellationToken.None);
        return state with { Ledger = state.Ledger with { WatchedAt = due } };
    }
}
