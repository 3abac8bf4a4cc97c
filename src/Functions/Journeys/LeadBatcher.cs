using System.Collections.Concurrent;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// Lets the work on one lead run one batch at a time, and gives what waits meanwhile to the next batch as a whole: several deliveries that touch one lead share a commit.
/// Leads do not wait for each other.
/// </summary>
/// <typeparam name="TWork">One piece of work; the batch completes it.</typeparam>
/// <param name="runBatch">Runs a batch. It must complete every piece of work and must not throw.</param>
public sealed class LeadBatcher<TWork>(Func<LeadId, IReadOnlyList<TWork>, Task> runBatch)
{
    private readonly ConcurrentDictionary<LeadId, List<TWork>> _waiting = new();

    /// <summary>Adds work to a lead's lane, and starts the lane where it stood still. The work itself tells when it is done.</summary>
    public void Enter(LeadId leadId, TWork work)
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

    /// <summary>A lead with an entry has a runner; the list holds what came since that runner last looked.</summary>
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
                    // Still the lane's own list? Its runner may have closed the lane since it was looked up.
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
