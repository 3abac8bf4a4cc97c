using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// Moves journeys, each by one batch at a time: what waits for a lead is one commit. Everything is idempotent: facts that
/// are there already change nothing, and what a crash left in the outbox goes out with the next look at the lead. What is
/// said to an erased lead is dropped.
/// </summary>
public sealed class JourneyFlow(
    JourneyReader reader, JourneyCommitter committer, JourneyCache cache, FunnelSettings settings, HubMetrics metrics, ConnectorStateStore states, TimeProvider clock)
{
    private LeadBatcher<Work> Batcher => LazyInitializer.EnsureInitialized(ref field, () => new(RunBatchAsync));

    /// <inheritdoc cref="JourneyReader.LoadAsync(LeadId, CancellationToken)"/>
    public Task<JourneyState?> LoadAsync(LeadId leadId, CancellationToken cancellationToken) => reader.LoadAsync(leadId, cancellationToken);

    /// <inheritdoc cref="JourneyReader.LoadAsync(FunnelEvent, CancellationToken)"/>
    public Task<JourneyState?> LoadAsync(FunnelEvent happened, CancellationToken cancellationToken) => reader.LoadAsync(happened, cancellationToken);

    /// <summary>Adds facts to a lead and publishes what follows from them. Returns when they are committed and everything is on the bus.</summary>
    /// <returns>The state after it; null for an erased lead, which takes nothing.</returns>
    public Task<JourneyState?> ApplyAsync(LeadId leadId, IReadOnlyList<Fact> facts, CancellationToken cancellationToken) =>
        ApplyAsync(leadId, facts, null, cancellationToken);

    /// <summary>Adds facts to a lead and publishes what follows from them. Returns when they are committed and everything is on the bus.</summary>
    /// <param name="leadId">The lead.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="opening">What is stored with the first facts of a lead that has just been met; null for a known lead.</param>
    /// <param name="cancellationToken">Stops the wait for the answer; the commit runs to its end.</param>
    /// <returns>The state after it; null for an erased lead, which takes nothing.</returns>
    public Task<JourneyState?> ApplyAsync(LeadId leadId, IReadOnlyList<Fact> facts, LeadOpening? opening, CancellationToken cancellationToken) =>
        EnterAsync(leadId, new Work(facts, null) { Opening = opening }, cancellationToken);

    /// <summary>Changes what the hub itself has noted of a lead.</summary>
    /// <param name="leadId">The lead.</param>
    /// <param name="decide">Decides purely, perhaps more than once; null changes nothing. Not called for a lead of which nothing is stored.</param>
    /// <param name="cancellationToken">Stops the wait for the answer; the commit runs to its end.</param>
    /// <returns>The state after it; null for a lead of which nothing is stored, or that was erased.</returns>
    public Task<JourneyState?> UpdateAsync(LeadId leadId, Func<JourneyState, JourneyChange?> decide, CancellationToken cancellationToken) =>
        EnterAsync(leadId, new Work([], decide), cancellationToken);

    /// <summary>
    /// As <see cref="UpdateAsync"/>, but decided on what the table holds and not on what this process remembers: where a decision may come to nothing, no conflict would tell that it was made
    /// on an old state.
    /// </summary>
    public Task<JourneyState?> UpdateStoredAsync(LeadId leadId, Func<JourneyState, JourneyChange?> decide, CancellationToken cancellationToken) =>
        EnterAsync(leadId, new Work([], decide) { Stored = true }, cancellationToken);

    private async Task<JourneyState?> EnterAsync(LeadId leadId, Work work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Batcher.Enter(leadId, work);
        return await work.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>All facts that wait are one commit; updates follow one by one.</summary>
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

        var newFacts = update.State.Facts.Values.Where(fact => !ReferenceEquals(record.State.Facts.GetValueOrDefault(fact.DedupeKey), fact)).ToList();
        var journey = update.State.Facts.IsEmpty ? null : JourneyFold.Fold(update.State.LeadId, update.State.Facts.Values, settings);
        return new(update.State, journey, newFacts, update.Events, journey is null ? null : StallRules.NextDue(journey, update.State.Ledger, settings));
    }

    private void Count(IReadOnlyList<Fact> dropped)
    {
        foreach (var source in dropped.GroupBy(fact => fact.Connector))
        {
            metrics.Dropped(source.Key, "record-gone", source.Count());
            states.Dropped(source.Key, source.Count());
        }
    }

    private sealed record Work(IReadOnlyList<Fact> Facts, Func<JourneyState, JourneyChange?>? Decide)
    {
        public bool Stored { get; init; }

        public LeadOpening? Opening { get; init; }

        // Continuations run elsewhere: the lane goes on at once.
        public TaskCompletionSource<JourneyState?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
