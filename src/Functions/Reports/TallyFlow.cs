using System.Collections.Concurrent;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Reports;

/// <summary>Counts leads whose tally changed: load each as it is now, subtract what is stored, add what it adds.
/// Messages that wait are counted together. Late, repeated and reordered messages are harmless.</summary>
internal sealed class TallyFlow(JourneyStore journeys, TallyStore store, FunnelSettings settings) : IDisposable
{
    private const int MostTogether = 100;

    private readonly ConcurrentQueue<Work> _waiting = new();
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Counts the lead of an event. Returns when it is counted.</summary>
    public async Task CountAsync(FunnelEvent happened, CancellationToken cancellationToken)
    {
        var work = new Work(happened);
        _waiting.Enqueue(work);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (!work.Done.Task.IsCompleted)
            {
                await RunAsync(Take());
            }
        }
        finally
        {
            _turn.Release();
        }

        await work.Done.Task;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private List<Work> Take()
    {
        var taken = new List<Work>();
        while (taken.Count < MostTogether && _waiting.TryDequeue(out var work))
        {
            taken.Add(work);
        }

        return taken;
    }

    /// <summary>Counts together. After a failure each is counted alone, so that one lead stops no other.</summary>
    private async Task RunAsync(List<Work> batch)
    {
        try
        {
            // Without a token, because others share the work, and it is short.
            await CountTogetherAsync([.. batch.Select(work => work.Happened.LeadId).Distinct()], CancellationToken.None);
            batch.ForEach(work => work.Done.SetResult());
        }
        catch (Exception) when (batch.Count > 1)
        {
            foreach (var work in batch)
            {
                await RunAsync([work]);
            }
        }
        catch (Exception failure)
        {
            batch[0].Done.SetException(failure);
        }
    }

    private async Task CountTogetherAsync(IReadOnlyList<LeadId> leads, CancellationToken cancellationToken) =>
        await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var states = await Task.WhenAll(leads.Select(lead => LoadAsync(lead, token)));
            var desk = store.Open();
            foreach (var state in states.OfType<JourneyState>().DistinctBy(state => state.LeadId))
            {
                await CountAsync(desk, state, token);
            }

            await desk.SaveAsync(token);
            await Task.WhenAll(states.OfType<JourneyState>().Select(state => EraseIfHiddenAsync(state.LeadId, token)));
        }, cancellationToken);

    /// <summary>Reads a lead, or the one that it was merged into, from the table: a cached one may have been hidden or merged
    /// since. The cache stays as it is, because the row still has the outbox of its last commit.</summary>
    /// <returns>Null for an unknown or erased lead.</returns>
    private async Task<JourneyState?> LoadAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var record = await journeys.LoadAsync(leadId, cancellationToken);
        return record.State.Ledger.MergedInto is { } survivor ? await LoadAsync(survivor, cancellationToken)
            : record.ETag is null || record.State.Ledger.ErasedAt is not null ? null
            : record.State;
    }

    /// <summary>Erases what was counted of a lead that was erased meanwhile.</summary>
    private async Task EraseIfHiddenAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        if (await LoadAsync(leadId, cancellationToken) is null)
        {
            await store.EraseAsync(leadId, cancellationToken);
        }
    }

    private async Task CountAsync(TallyDesk desk, JourneyState state, CancellationToken cancellationToken)
    {
        var key = TallyStore.LeadKey(state.LeadId);
        var row = await desk.FindAsync(key, cancellationToken);
        if ((state.Ledger.Tally?.Number ?? 0) <= row.Number)
        {
            return;
        }

        var tally = TallyRules.Of(state, settings);
        var merged = state.Facts.Values.OfType<LeadsMerged>().Select(fact => fact.Merged)
            .Where(other => other != state.LeadId && !row.MergedLeads.Contains(other.Value)).Distinct().ToList();
        foreach (var other in merged)
        {
            await TakeOutAsync(desk, other, cancellationToken);
        }

        var deals = tally.Deals.ToDictionary(deal => store.DealKey(deal.Key), deal => deal.Value, StringComparer.Ordinal);
        foreach (var deal in deals.Keys.Union(row.Deals))
        {
            var known = await desk.FindAsync(deal, cancellationToken);
            var lead = state.LeadId.Value;
            desk.SetDeal(deal, known, deals.TryGetValue(deal, out var word) ? known.Words.SetItem(lead, word) : known.Words.Remove(lead));
        }

        desk.Set(key, new(state.Ledger.Tally!.Number, tally.Tally.Cells)
        {
            Deals = [.. deals.Keys.Order(StringComparer.Ordinal)],
            MergedLeads = [.. row.MergedLeads, .. merged.Select(other => other.Value)],
        });
    }

    /// <summary>Takes out a lead that was merged. Its row stays, so that no late message counts it again.</summary>
    private static async Task TakeOutAsync(TallyDesk desk, LeadId merged, CancellationToken cancellationToken)
    {
        var key = TallyStore.LeadKey(merged);
        var row = await desk.FindAsync(key, cancellationToken);
        if (row.Number != SubjectRow.Merged)
        {
            await desk.ForgetWordsAsync(merged, row.Deals, keeps: false, cancellationToken);
            desk.Set(key, new(SubjectRow.Merged, Tally.None.Cells));
        }
    }

    private sealed record Work(FunnelEvent Happened)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
