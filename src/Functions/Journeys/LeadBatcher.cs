using System.Collections.Concurrent;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Runs the work on a lead in batches, one at a time. Work that waits meanwhile becomes the next batch, so
/// several deliveries share a commit. Leads do not wait for each other.</summary>
/// <param name="runBatch">Runs a batch. It must complete every item and must not throw.</param>
internal sealed class LeadBatcher<TWork>(Func<LeadId, IReadOnlyList<TWork>, Task> runBatch)
{
    private readonly ConcurrentDictionary<LeadId, List<TWork>> _waiting = new();

    /// <summary>Adds an item. The item itself reports its completion.</summary>
    public void Add(LeadId leadId, TWork work)
    {
        if (TryStart(leadId, work))
        {
            _ = RunAsync(leadId, work);
        }
    }

    private async Task RunAsync(LeadId leadId, TWork first)
    {
        IReadOnlyList<TWork> batch = [first];
        while (batch.Count > 0)
        {
            await runBatch(leadId, batch);
            batch = TakeWaiting(leadId);
        }
    }

    /// <summary>Starts a runner unless the lead has one. The list holds the items since
    /// the runner's last batch.</summary>
    private bool TryStart(LeadId leadId, TWork work)
    {
        while (true)
        {
            if (_waiting.TryAdd(leadId, []))
            {
                return true;
            }

            if (_waiting.TryGetValue(leadId, out var waiting))
            {
                lock (waiting)
                {
                    // The runner may have ended since the lookup; then the list is no longer its own.
                    if (_waiting.TryGetValue(leadId, out var current) && ReferenceEquals(current, waiting))
                    {
                        waiting.Add(work);
                        return false;
                    }
                }
            }
        }
    }

    private List<TWork> TakeWaiting(LeadId leadId)
    {
        var waiting = _waiting[leadId];
        lock (waiting)
        {
            if (waiting.Count == 0)
            {
                _waiting.TryRemove(leadId, out _);
                return [];
            }

            var taken = waiting.ToList();
            waiting.Clear();
            return taken;
        }
    }
}
