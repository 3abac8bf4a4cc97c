using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Changes journeys, each by one batch at a time: all waiting facts of a lead are one commit. Everything is
/// idempotent: known facts change nothing, and an outbox that a crash left is published with the lead's next change.
/// Facts of an erased lead are dropped.</summary>
internal sealed class JourneyFlow(
    JourneyReader reader,
    JourneyCommitter committer,
    JourneyCache cache,
    FunnelSettings settings,
    HubMetrics metrics,
    DroppedEvents dropped,
    TimeProvider clock)
{
    private LeadBatcher<Work> Batcher => LazyInitializer.EnsureInitialized(ref field, () => new(RunBatchAsync));

    /// <inheritdoc cref="JourneyReader.LoadAsync(LeadId, CancellationToken)"/>
    public Task<JourneyState?> LoadAsync(LeadId leadId, CancellationToken cancellationToken) =>
        reader.LoadAsync(leadId, cancellationToken);

    /// <inheritdoc cref="JourneyReader.LoadAsync(FunnelEvent, CancellationToken)"/>
    public Task<JourneyState?> LoadAsync(FunnelEvent happened, CancellationToken cancellationToken) =>
        reader.LoadAsync(happened, cancellationToken);

    /// <summary>Adds facts to a lead and publishes the consequences. Returns when they are
    /// committed and on the bus.</summary>
    /// <returns>The new state; null for an erased lead.</returns>
    public Task<JourneyState?> ApplyAsync(LeadId leadId, IReadOnlyList<Fact> facts, CancellationToken cancellationToken) =>
        ApplyAsync(leadId, facts, null, cancellationToken);

    /// <summary>Adds facts to a lead and publishes the consequences. Returns when they are
    /// committed and on the bus.</summary>
    /// <param name="opening">What is stored with the first facts of a new lead; null for a known one.</param>
    /// <param name="cancellationToken">Stops the wait; the commit completes.</param>
    /// <returns>The new state; null for an erased lead.</returns>
    public Task<JourneyState?> ApplyAsync(
        LeadId leadId, IReadOnlyList<Fact> facts, LeadOpening? opening, CancellationToken cancellationToken) =>
        SubmitAsync(leadId, new Work(facts, null) { Opening = opening }, cancellationToken);

    /// <summary>Changes the hub's own part of a lead.</summary>
    /// <param name="decide">Decides purely, perhaps several times; null changes nothing. Not
    /// called for an unknown lead.</param>
    /// <param name="cancellationToken">Stops the wait; the commit completes.</param>
    /// <returns>The new state; null for an unknown or erased lead.</returns>
    public Task<JourneyState?> UpdateAsync(
        LeadId leadId, Func<JourneyState, JourneyChange?> decide, CancellationToken cancellationToken) =>
        SubmitAsync(leadId, new Work([], decide), cancellationToken);

    /// <summary>Works as <see cref="UpdateAsync"/>, but decides on the table's state instead of the cached one. A
    /// decision without a change would cause no conflict, so an outdated state would stay undetected.</summary>
    public Task<JourneyState?> UpdateStoredAsync(
        LeadId leadId, Func<JourneyState, JourneyChange?> decide, CancellationToken cancellationToken) =>
        SubmitAsync(leadId, new Work([], decide) { Stored = true }, cancellationToken);

    private async Task<JourneyState?> SubmitAsync(LeadId leadId, Work work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Batcher.Add(leadId, work);
        return await work.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Runs a batch: one commit for all waiting facts, then the updates one by one.</summary>
    private async Task RunBatchAsync(LeadId leadId, IReadOnlyList<Work> batch)
    {
        var applies = batch.Where(work => work.Decide is null).ToList();
        if (applies.Count > 0)
        {
            await RunAsync(applies, async () =>
            {
                var facts = applies.SelectMany(work => work.Facts).ToList();
                JourneyCommit? decided = null;
                var opening = applies.Select(work => work.Opening).Aggregate(LeadOpening.Join);
                var state = await committer.CommitAsync(leadId, opening, record => decided = DecideFacts(record.State, facts));
                metrics.Repeated(facts.Count(IsSaid) - (decided?.NewFacts.Count(IsSaid) ?? 0));
                return state;
            });
        }

        foreach (var update in batch.Where(work => work.Decide is not null))
        {
            if (update.Stored)
            {
                cache.Drop(leadId);
            }

            await RunAsync([update], () => committer.CommitAsync(leadId, null, record => DecideUpdate(record, update.Decide!)));
        }
    }

    private static async Task RunAsync(IReadOnlyList<Work> works, Func<Task<JourneyState?>> commit)
    {
        try
        {
            var state = await commit();
            foreach (var work in works)
            {
                work.Done.SetResult(state);
            }
        }
        catch (Exception failure)
        {
            foreach (var work in works)
            {
                work.Done.SetException(failure);
            }
        }
    }

    /// <summary>Identity facts are recomputed for every delivery, so they do not count as duplicates.</summary>
    private static bool IsSaid(Fact fact) => fact is not IdentitiesLinked;

    private JourneyCommit? DecideFacts(JourneyState state, IReadOnlyList<Fact> facts)
    {
        var decision = JourneyRules.Decide(state, facts, settings, clock.GetUtcNow());
        Count(decision.Dropped);
        return decision.Changed ? JourneyCommit.Of(decision) : null;
    }

    private JourneyCommit? DecideUpdate(JourneyRecord record, Func<JourneyState, JourneyChange?> decide)
    {
        if (record.ETag is null || decide(record.State) is not { } update)
        {
            return null;
        }

        var newFacts = update.State.Facts.Values
            .Where(fact => !ReferenceEquals(record.State.Facts.GetValueOrDefault(fact.DedupeKey), fact)).ToList();
        var journey = update.State.Facts.IsEmpty ? null : JourneyFold.Fold(update.State.LeadId, update.State.Facts.Values, settings);
        return new(
            update.State, journey, newFacts, update.Events,
            journey is null ? null : StallRules.NextDue(journey, update.State.Ledger, settings));
    }

    private void Count(IReadOnlyList<Fact> gone)
    {
        foreach (var source in gone.GroupBy(fact => fact.Connector))
        {
            dropped.Count(source.Key, "record-gone", source.Count());
        }
    }

    private sealed record Work(IReadOnlyList<Fact> Facts, Func<JourneyState, JourneyChange?>? Decide)
    {
        public bool Stored { get; init; }

        public LeadOpening? Opening { get; init; }

        // Continuations run elsewhere, so the batch continues at once.
        public TaskCompletionSource<JourneyState?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
