using System.Collections.Immutable;
using IntegrationHub.Funnel;
using IntegrationHub.Functions.Ops;
using IntegrationHub.Functions.Settings;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// Moves journeys: load, decide, save, publish. Everything is idempotent: facts that are there already change nothing, and what a crash left in the outbox goes out with the
/// next look at the lead. Two writers of one lead meet at the ETag, and the second decides again.
/// </summary>
public sealed partial class JourneyFlow
{
    private const int ConflictsBeforeGivingUp = 20;

    private readonly JourneyStore _store;
    private readonly IdentityStore _identities;
    private readonly DeadlineStore _deadlines;
    private readonly FunnelTopic _topic;
    private readonly FunnelSettings _settings;
    private readonly HubMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<JourneyFlow> _logger;
    private readonly JourneyCache _cache;
    private readonly LeadLanes<Work> _lanes;

    /// <summary>Makes the flow.</summary>
    public JourneyFlow(
        JourneyStore store, IdentityStore identities, DeadlineStore deadlines, FunnelTopic topic, FunnelSettings settings, HubOptions hub, HubMetrics metrics, TimeProvider time, ILogger<JourneyFlow> logger)
    {
        ArgumentNullException.ThrowIfNull(hub);
        (_store, _identities, _deadlines, _topic, _settings, _metrics, _time, _logger) = (store, identities, deadlines, topic, settings, metrics, time, logger);
        _cache = new(hub.CachedJourneys);
        _lanes = new(RunBatchAsync);
    }

    /// <summary>Reads a lead from the table; null when nothing is stored of it.</summary>
    public async Task<JourneyState?> LoadAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await _store.LoadAsync(leadId, cancellationToken);
        return record.ETag is null ? null : record.State;
    }

    /// <summary>Adds facts to a lead and publishes what follows from them. Returns when they are committed and everything is on the bus.</summary>
    public Task ApplyAsync(LeadId leadId, IReadOnlyList<Fact> facts, CancellationToken cancellationToken) =>
        EnterAsync(leadId, new Work(facts, null), cancellationToken);

    /// <summary>Changes what the hub itself has noted of a lead.</summary>
    /// <param name="leadId">The lead.</param>
    /// <param name="decide">Decides purely, perhaps more than once; null changes nothing. Not called for a lead of which nothing is stored.</param>
    /// <param name="cancellationToken">Stops the wait for the answer; the commit runs to its end.</param>
    /// <returns>The state after it; null for a lead of which nothing is stored.</returns>
    public Task<JourneyState?> UpdateAsync(LeadId leadId, Func<JourneyState, JourneyUpdate?> decide, CancellationToken cancellationToken) =>
        EnterAsync(leadId, new Work([], decide), cancellationToken);

    /// <summary>
    /// As <see cref="UpdateAsync"/>, but decided on what the table holds and not on what this process remembers: where a decision may come to nothing, no conflict would tell that it was made
    /// on an old state.
    /// </summary>
    public Task<JourneyState?> UpdateStoredAsync(LeadId leadId, Func<JourneyState, JourneyUpdate?> decide, CancellationToken cancellationToken) =>
        EnterAsync(leadId, new Work([], decide) { Stored = true }, cancellationToken);

    private async Task<JourneyState?> EnterAsync(LeadId leadId, Work work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _lanes.Enter(leadId, work);
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
                JourneyState? state = null;
                foreach (var chunk in applies.SelectMany(work => work.Facts).Chunk(JourneyStore.FactsPerCommit))
                {
                    state = await CommitAsync(leadId, record => DecideFacts(record.State, chunk));
                }

                return state;
            });
        }

        foreach (var update in batch.Where(work => work.Decide is not null))
        {
            if (update.Stored)
            {
                _cache.Drop(leadId);
            }

            await RunAsync([update], () => CommitAsync(leadId, record => DecideUpdate(record, update.Decide!)));
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

    private Decided? DecideFacts(JourneyState state, IReadOnlyList<Fact> facts)
    {
        var decision = JourneyRules.Decide(state, facts, _settings, _time.GetUtcNow());
        return decision.Changed ? new(decision.State, decision.Journey, decision.NewFacts, decision.Events, decision.NextDue) : null;
    }

    private Decided? DecideUpdate(JourneyRecord record, Func<JourneyState, JourneyUpdate?> decide)
    {
        if (record.ETag is null || decide(record.State) is not { } update)
        {
            return null;
        }

        var newFacts = update.State.Facts.Values.Where(fact => !ReferenceEquals(record.State.Facts.GetValueOrDefault(fact.DedupeKey), fact)).ToList();
        var journey = update.State.Facts.IsEmpty ? null : JourneyFold.Fold(update.State.LeadId, update.State.Facts.Values, _settings);
        return new(update.State, journey, newFacts, update.Events, update.NextDue ?? (journey is null ? null : StallRules.NextDue(journey, update.State.Ledger, _settings)));
    }

    /// <summary>Runs to its end once begun (hence no token): others may share it, and it is short.</summary>
    private async Task<JourneyState?> CommitAsync(LeadId leadId, Func<JourneyRecord, Decided?> decide)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            var record = _cache.Find(leadId) ?? await _store.LoadAsync(leadId, CancellationToken.None);
            try
            {
                if (decide(record) is { } decided)
                {
                    record = await SaveAsync(record, decided);
                }

                _cache.Keep(record);
                _cache.Keep(await PublishAsync(record));
                return record.ETag is null ? null : record.State;
            }
            catch (StaleJourneyException) when (conflicts < ConflictsBeforeGivingUp)
            {
                Log.Conflict(_logger, leadId);
                _metrics.Conflicted();
                _cache.Drop(leadId);
            }
            catch (StaleJourneyException)
            {
                _cache.Drop(leadId);
                throw;
            }
        }
    }

    private async Task<JourneyRecord> SaveAsync(JourneyRecord record, Decided decided)
    {
        foreach (var linked in decided.NewFacts.OfType<IdentitiesLinked>())
        {
            await _identities.LinkAsync(record.State.LeadId, linked.Keys, CancellationToken.None);
        }

        var state = await WatchAsync(decided.State, decided.NextDue);
        var saved = await _store.SaveAsync(record, state, decided.Journey, decided.NewFacts, decided.Events, CancellationToken.None);
        _metrics.Committed(decided.NewFacts.Count);
        return saved;
    }

    /// <summary>
    /// Sees to it that the index has a row no later than the lead falls due, before the journey commits. A row that comes too early is looked at and put later, so a deadline
    /// that only moves away costs nothing here. A row that the ledger names is there: only the sweep takes it away, once it has committed a ledger that no longer names it. So no clock is asked.
    /// </summary>
    private async Task<JourneyState> WatchAsync(JourneyState state, DateTimeOffset? nextDue)
    {
        if (nextDue is not { } due || state.Ledger.WatchedAt <= due)
        {
            return state;
        }

        await _deadlines.WatchAsync(state.LeadId, due, CancellationToken.None);
        return state with { Ledger = state.Ledger with { WatchedAt = due } };
    }

    private async Task<JourneyRecord> PublishAsync(JourneyRecord record)
    {
        if (record.Unpublished.Count == 0)
        {
            return record;
        }

        await _topic.PublishAsync(record.Unpublished, CancellationToken.None);
        return record with { Unpublished = [], Published = [.. record.Published, .. record.Unpublished.Select(e => e.Id)] };
    }

    private sealed record Decided(JourneyState State, Journey? Journey, IReadOnlyList<Fact> NewFacts, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue);

    private sealed record Work(IReadOnlyList<Fact> Facts, Func<JourneyState, JourneyUpdate?>? Decide)
    {
        public bool Stored { get; init; }

        // Continuations run elsewhere: the lane goes on at once.
        public TaskCompletionSource<JourneyState?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Journey {LeadId} was saved by somebody else; deciding again.")]
        public static partial void Conflict(ILogger logger, LeadId leadId);
    }
}
