using System.Collections.Immutable;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Changes journeys: load, decide, save, publish. Everything is idempotent: known facts change
/// nothing, and an outbox that a crash left is published with the lead's next change. Two writers of a lead
/// meet at the ETag, and the second decides again. Facts of a merged lead go to the one that stays; facts of an
/// erased lead are dropped.</summary>
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

    public JourneyFlow(
        JourneyReader reader, JourneyStore store, JourneyCache cache, IdentityStore identities, RecordLinkStore recordLinks,
        DeadlineStore deadlines, FunnelTopic topic, FunnelSettings settings, HubMetrics metrics, ConnectorStateStore states,
        TimeProvider time, ILogger<JourneyFlow> logger)
    {
        (_reader, _store, _cache, _identities, _recordLinks, _deadlines) = (reader, store, cache, identities, recordLinks, deadlines);
        (_topic, _settings, _metrics, _states, _time, _logger) = (topic, settings, metrics, states, time, logger);
        _batcher = new(RunBatchAsync);
    }

    /// <inheritdoc cref="JourneyReader.LoadAsync(LeadId, CancellationToken)"/>
    public Task<JourneyState?> LoadAsync(LeadId leadId, CancellationToken cancellationToken) =>
        _reader.LoadAsync(leadId, cancellationToken);

    /// <inheritdoc cref="JourneyReader.LoadAsync(FunnelEvent, CancellationToken)"/>
    public Task<JourneyState?> LoadAsync(FunnelEvent happened, CancellationToken cancellationToken) =>
        _reader.LoadAsync(happened, cancellationToken);

    /// <inheritdoc cref="JourneyReader.ResolveAsync"/>
    public Task<LeadId> ResolveAsync(LeadId leadId, CancellationToken cancellationToken) => _reader.ResolveAsync(leadId, cancellationToken);

    /// <inheritdoc cref="JourneyReader.ResolveStoredAsync"/>
    public Task<LeadId?> ResolveStoredAsync(LeadId leadId, CancellationToken cancellationToken) =>
        _reader.ResolveStoredAsync(leadId, cancellationToken);

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
    public Task<JourneyState?> UpdateAsync(LeadId leadId, Func<JourneyState, JourneyChange?> decide, CancellationToken cancellationToken) =>
        SubmitAsync(leadId, new Work([], decide), cancellationToken);

    /// <summary>Works as <see cref="UpdateAsync"/>, but decides on the table's state instead of the cached one. A
    /// decision without a change would cause no conflict, so an outdated state would stay undetected.</summary>
    public Task<JourneyState?> UpdateStoredAsync(
        LeadId leadId, Func<JourneyState, JourneyChange?> decide, CancellationToken cancellationToken) =>
        SubmitAsync(leadId, new Work([], decide) { Stored = true }, cancellationToken);

    /// <summary>Merges two leads. Facts and ledger go to the survivor first. Then the other becomes a pointer under its
    /// ETag, so that its later facts move too. After a crash in between the next attempt completes the merge.</summary>
    /// <param name="because">The fact behind the merge, without its key and lead.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    /// <returns>The lead that stays; null when one of them was erased.</returns>
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

            var (survivor, merged) = MergeRules.Order(left.State.LeadId, right.State.LeadId).Survivor == left.State.LeadId
                ? (left, right) : (right, left);
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

    /// <summary>Marks a lead as erased: it accepts nothing and is shown to nobody. Its facts stay
    /// for whoever removes them.</summary>
    /// <param name="leadId">The lead, or one merged into it.</param>
    /// <param name="evenUnknown">Whether to mark an unknown lead too, because its first
    /// facts may be on the way.</param>
    /// <returns>The record before, with the mark; null for an unknown lead.</returns>
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

        // Before the other becomes a pointer in case of a crash, and after it for records linked meanwhile.
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
        await _recordLinks.TryLinkAsync(
            to, await _recordLinks.TakenAsync(from, CancellationToken.None), certain: true, CancellationToken.None);

    /// <summary>Returns all keys in facts: records, addresses, deals.</summary>
    internal static IReadOnlyList<IdentityKey> KeysOf(IEnumerable<Fact> facts) =>
        [.. facts.SelectMany(fact => fact switch
        {
            IdentitiesLinked { Keys.IsDefault: false } linked => linked.Keys,
            DealChanged deal => [IdentityKey.Deal(deal.Connector, deal.DealId)],
            RecordDeleted deleted => [deleted.Record],
            _ => Enumerable.Empty<IdentityKey>(),
        }).Distinct()];

    private async Task<JourneyState?> SubmitAsync(LeadId leadId, Work work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _batcher.Add(leadId, work);
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

        var newFacts = update.State.Facts.Values.Where(fact => !ReferenceEquals(record.State.Facts.GetValueOrDefault(fact.DedupeKey), fact))
            .ToList();
        var journey = update.State.Facts.IsEmpty ? null : JourneyFold.Fold(update.State.LeadId, update.State.Facts.Values, _settings);
        return new(
            update.State, journey, newFacts, update.Events,
            journey is null ? null : StallRules.NextDue(journey, update.State.Ledger, _settings));
    }

    /// <summary>Commits without a token, because others may share the commit, and it is short.</summary>
    private async Task<JourneyState?> CommitAsync(LeadId leadId, LeadOpening? opening, Func<JourneyRecord, Decided?> decide)
    {
        var isNew = opening is not null;
        for (var conflicts = 0; ; conflicts++)
        {
            var record = _cache.Find(leadId)
                ?? (isNew ? JourneyRecord.New(leadId) : await _reader.ReadAsync(leadId, CancellationToken.None));
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
            // Another instance stored the lead since it was matched, or it was merged.
            await _recordLinks.TryLinkAsync(leadId, links, certain: true, CancellationToken.None);
        }

        var linked = decided.NewFacts.OfType<IdentitiesLinked>().SelectMany(fact => fact.Keys).Distinct().ToList();
        await _identities.LinkAsync(leadId, linked, CancellationToken.None);
        var state = await WatchAsync(decided.State, decided.NextDue);
        var saved = await _store.SaveAsync(
            record, state, decided.Journey, decided.Events, record.ETag is null ? links : [], CancellationToken.None);
        _identities.Stored(leadId, linked);
        _metrics.Committed(decided.NewFacts.Count);
        return saved;
    }

    /// <summary>Ensures that the deadline index has a row no later than the lead's due time, before the commit. An
    /// early row is checked and moved, so a later deadline costs nothing here. A row that the ledger names exists: only
    /// the sweep removes it, after a commit that no longer names it.</summary>
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

    private sealed record Decided(
        JourneyState State, Journey? Journey, IReadOnlyList<Fact> NewFacts, IReadOnlyList<FunnelEvent> Events, DateTimeOffset? NextDue);

    private sealed record Work(IReadOnlyList<Fact> Facts, Func<JourneyState, JourneyChange?>? Decide)
    {
        public bool Stored { get; init; }

        public LeadOpening? Opening { get; init; }

        // Continuations run elsewhere, so that the next batch starts at once.
        public TaskCompletionSource<JourneyState?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Journey {LeadId} was saved by another writer; deciding again.")]
        public static partial void Conflict(ILogger logger, LeadId leadId);
    }
}
