using System.Collections.Immutable;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// Moves journeys: load, decide, save, publish. Everything is idempotent: facts that are there already change nothing, and what a crash left in the outbox goes out with the
/// next look at the lead. Two writers of one lead meet at the ETag, and the second decides again. What is said to a lead that was merged goes to the one that it turned out to be; what is said to
/// an erased one is dropped.
/// </summary>
public sealed partial class JourneyFlow
{
    private const int ConflictsBeforeGivingUp = 20;

    private readonly JourneyReader _reader;
    private readonly JourneyStore _store;
    private readonly IdentityStore _identities;
    private readonly RecordLinkStore _recordLinks;
    private readonly DeadlineStore _deadlines;
    private readonly FunnelTopic _topic;
    private readonly FunnelSettings _settings;
    private readonly HubMetrics _metrics;
    private readonly ConnectorStateStore _states;
    private readonly TimeProvider _time;
    private readonly ILogger<JourneyFlow> _logger;
    private readonly JourneyCache _cache;
    private readonly LeadBatcher<Work> _batcher;

    /// <summary>Makes the flow.</summary>
    public JourneyFlow(
        JourneyReader reader,
        JourneyStore store,
        JourneyCache cache,
        IdentityStore identities,
        RecordLinkStore recordLinks,
        DeadlineStore deadlines,
        FunnelTopic topic,
        FunnelSettings settings,
        HubMetrics metrics,
        ConnectorStateStore states,
        TimeProvider time,
        ILogger<JourneyFlow> logger)
    {
        (_reader, _store, _cache, _identities, _recordLinks, _deadlines) = (reader, store, cache, identities, recordLinks, deadlines);
        (_topic, _settings, _metrics, _states, _time, _logger) = (topic, settings, metrics, states, time, logger);
        _batcher = new(RunBatchAsync);
    }

    /// <inheritdoc cref="JourneyReader.LoadAsync(LeadId, CancellationToken)"/>
    public Task<JourneyState?> LoadAsync(LeadId leadId, CancellationToken cancellationToken) => _reader.LoadAsync(leadId, cancellationToken);

    /// <inheritdoc cref="JourneyReader.LoadAsync(FunnelEvent, CancellationToken)"/>
    public Task<JourneyState?> LoadAsync(FunnelEvent happened, CancellationToken cancellationToken) => _reader.LoadAsync(happened, cancellationToken);

    /// <inheritdoc cref="JourneyReader.ResolveAsync"/>
    public Task<LeadId> ResolveAsync(LeadId leadId, CancellationToken cancellationToken) => _reader.ResolveAsync(leadId, cancellationToken);

    /// <inheritdoc cref="JourneyReader.ResolveStoredAsync"/>
    public Task<LeadId?> ResolveStoredAsync(LeadId leadId, CancellationToken cancellationToken) => _reader.ResolveStoredAsync(leadId, cancellationToken);

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

    /// <summary>
    /// Makes one lead of two. The facts and what the hub did go to the survivor first, then the other becomes a pointer under its ETag, so that what was said to it meanwhile is taken over too.
    /// A crash in between leaves two leads of which one has the other's facts as well; the next attempt ends it.
    /// </summary>
    /// <param name="one">A lead.</param>
    /// <param name="other">The lead that is the same person.</param>
    /// <param name="because">What shows it: a fact to be kept, but for its key and the lead that it names.</param>
    /// <param name="cancellationToken">Stops before the next step; what is begun is ended.</param>
    /// <returns>The lead that is left; null where one of them was erased.</returns>
    public async Task<LeadId?> MergeAsync(LeadId one, LeadId other, LeadsMerged because, CancellationToken cancellationToken)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (left, right) = (await _reader.FollowAsync(one, cancellationToken), await _reader.FollowAsync(other, cancellationToken));
            if (left.State.Ledger.ErasedAt is not null || right.State.Ledger.ErasedAt is not null)
            {
                return null;
            }

            if (left.State.LeadId == right.State.LeadId)
            {
                return left.State.LeadId;
            }

            var (survivor, merged) = MergeRules.Order(left.State.LeadId, right.State.LeadId).Survivor == left.State.LeadId ? (left, right) : (right, left);
            try
            {
                await TakeOverAsync(survivor.State, merged, because);
                return survivor.State.LeadId;
            }
            catch (StaleJourneyException) when (conflicts < ConflictsBeforeGivingUp)
            {
                Log.Conflict(_logger, merged.State.LeadId);
                _metrics.Conflicted();
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
            var record = await _reader.FollowAsync(leadId, cancellationToken);
            if (record.State.Ledger.ErasedAt is not null || (record.ETag is null && !evenUnknown))
            {
                return record.ETag is null ? null : record;
            }

            try
            {
                var erased = record.State with { Ledger = new() { ErasedAt = _time.GetUtcNow() } };
                return await _store.SaveAsync(record, erased, null, [], CancellationToken.None);
            }
            catch (StaleJourneyException)
            {
                Log.Conflict(_logger, leadId);
                _metrics.Conflicted();
            }
            finally
            {
                _cache.Drop(record.State.LeadId);
            }
        }
    }

    private async Task TakeOverAsync(JourneyState survivor, JourneyRecord merged, LeadsMerged because)
    {
        var (gone, stays) = (merged.State, survivor.LeadId);
        await PublishAsync(merged);

        var facts = gone.Facts.Values.Append(because with { Merged = gone.LeadId, DedupeKey = $"hub|merged|{gone.LeadId}" }).ToList();
        await CommitAsync(stays, null, record =>
        {
            var decision = MergeRules.TakeOver(record.State, gone, facts, _settings, _time.GetUtcNow());
            return new(decision.State, decision.Journey, decision.NewFacts, decision.Events, decision.NextDue);
        });

        // Before the other is a pointer, for a crash then; and after, for whoever was seated meanwhile.
        await MoveRecordLinksAsync(gone.LeadId, stays);
        await _store.EmptyAsync(merged, new() { MergedInto = stays }, CancellationToken.None);
        _cache.Drop(gone.LeadId);
        foreach (var key in KeysOf(gone.Facts.Values))
        {
            await _identities.RelinkAsync(gone.LeadId, stays, key, CancellationToken.None);
        }

        await MoveRecordLinksAsync(gone.LeadId, stays);
        await _recordLinks.RemoveAsync(gone.LeadId, CancellationToken.None);
    }

    private async Task MoveRecordLinksAsync(LeadId from, LeadId to) =>
        await _recordLinks.TryLinkAsync(to, await _recordLinks.TakenAsync(from, CancellationToken.None), certain: true, CancellationToken.None);

    /// <summary>All keys that facts name: records, addresses, deals.</summary>
    internal static IReadOnlyList<IdentityKey> KeysOf(IEnumerable<Fact> facts) =>
        [.. facts.SelectMany(fact => fact switch
        {
            IdentitiesLinked { Keys.IsDefault: false } linked => linked.Keys,
            DealChanged deal => [IdentityKey.Deal(deal.Connector, deal.DealId)],
            RecordDeleted deleted => [deleted.Record],
            _ => Enumerable.Empty<IdentityKey>(),
        }).Distinct()];

    private async Task<JourneyState?> EnterAsync(LeadId leadId, Work work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _batcher.Enter(leadId, work);
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
                Decided? decided = null;
                var opening = applies.Select(work => work.Opening).Aggregate(LeadOpening.Join);
                var state = await CommitAsync(leadId, opening, record => decided = DecideFacts(record.State, facts));
                _metrics.Repeated(facts.Count(IsSaid) - (decided?.NewFacts.Count(IsSaid) ?? 0));
                return state;
            });
        }

        foreach (var update in batch.Where(work => work.Decide is not null))
        {
            if (update.Stored)
            {
                _cache.Drop(leadId);
            }

            await RunAsync([update], () => CommitAsync(leadId, null, record => DecideUpdate(record, update.Decide!)));
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

    private Decided? DecideFacts(JourneyState state, IReadOnlyList<Fact> facts)
    {
        var decision = JourneyRules.Decide(state, facts, _settings, _time.GetUtcNow());
        Count(decision.Dropped);
        return decision.Changed ? new(decision.State, decision.Journey, decision.NewFacts, decision.Events, decision.NextDue) : null;
    }

    private Decided? DecideUpdate(JourneyRecord record, Func<JourneyState, JourneyChange?> decide)
    {
        if (record.ETag is null || decide(record.State) is not { } update)
        {
            return null;
        }

        var newFacts = update.State.Facts.Values.Where(fact => !ReferenceEquals(record.State.Facts.GetValueOrDefault(fact.DedupeKey), fact)).ToList();
        var journey = update.State.Facts.IsEmpty ? null : JourneyFold.Fold(update.State.LeadId, update.State.Facts.Values, _settings);
        return new(update.State, journey, newFacts, update.Events, journey is null ? null : StallRules.NextDue(journey, update.State.Ledger, _settings));
    }

    /// <summary>Runs to its end once begun (hence no token): others may share it, and it is short.</summary>
    private async Task<JourneyState?> CommitAsync(LeadId leadId, LeadOpening? opening, Func<JourneyRecord, Decided?> decide)
    {
        var isNew = opening is not null;
        for (var conflicts = 0; ; conflicts++)
        {
            var record = _cache.Find(leadId) ?? (isNew ? JourneyRecord.New(leadId) : await _reader.ReadAsync(leadId, CancellationToken.None));
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
                if (decide(record) is { } decided)
                {
                    record = await SaveAsync(record, opening, decided);
                }

                _cache.Keep(record);
                _cache.Keep(await PublishAsync(record));
                return record.ETag is null ? null : record.State;
            }
            catch (StaleJourneyException)
            {
                _cache.Drop(leadId);
                if (conflicts >= ConflictsBeforeGivingUp)
                {
                    throw;
                }

                isNew = false;
                Log.Conflict(_logger, leadId);
                _metrics.Conflicted();
            }
        }
    }

    private async Task<JourneyRecord> SaveAsync(JourneyRecord record, LeadOpening? opening, Decided decided)
    {
        var (leadId, links) = (record.State.LeadId, opening?.Links ?? []);
        if (record.ETag is not null)
        {
            // Somebody else stored the lead since it was met, or it turned out to be another.
            await _recordLinks.TryLinkAsync(leadId, links, certain: true, CancellationToken.None);
        }

        var linked = decided.NewFacts.OfType<IdentitiesLinked>().SelectMany(fact => fact.Keys).Distinct().ToList();
        await _identities.LinkAsync(leadId, linked, CancellationToken.None);
        var state = await WatchAsync(decided.State, decided.NextDue);
        var saved = await _store.SaveAsync(record, state, decided.Journey, decided.Events, record.ETag is null ? links : [], CancellationToken.None);
        _identities.Stored(leadId, linked);
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

    private void Count(IReadOnlyList<Fact> dropped)
    {
        foreach (var source in dropped.GroupBy(fact => fact.Connector))
        {
            _metrics.Dropped(source.Key, "record-gone", source.Count());
            _states.Dropped(source.Key, source.Count());
        }
    }

    private async Task<JourneyRecord> PublishAsync(JourneyRecord record)
    {
        if (record.Unpublished.Count == 0)
        {
            return record;
        }

        await _topic.PublishAsync(record.Unpublished, CancellationToken.None);
        return record with { Unpublished = [] };
    }

    private sealed record Decided(JourneyState State, Journey? Journey, IReadOnlyList<Fact> NewFacts, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue);

    private sealed record Work(IReadOnlyList<Fact> Facts, Func<JourneyState, JourneyChange?>? Decide)
    {
        public bool Stored { get; init; }

        public LeadOpening? Opening { get; init; }

        // Continuations run elsewhere: the lane goes on at once.
        public TaskCompletionSource<JourneyState?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Journey {LeadId} was saved by somebody else; deciding again.")]
        public static partial void Conflict(ILogger logger, LeadId leadId);
    }
}
