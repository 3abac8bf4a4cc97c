using System.Collections.Concurrent;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// The journeys worked on last, each with the ETag it had. A cached journey may be out of date: the conditional commit proves that it is not, and a conflict
/// drops it. So the cache saves reads and never decides what is true.
/// </summary>
/// <param name="capacity">How many are kept at least; up to twice as many for a while. Zero keeps none.</param>
public sealed class JourneyCache(int capacity)
{
    private readonly Lock _turning = new();
    private ConcurrentDictionary<LeadId, JourneyRecord> _young = new();
    private ConcurrentDictionary<LeadId, JourneyRecord> _old = new();

    /// <summary>The record as this process last left it, or null.</summary>
    public JourneyRecord? Find(LeadId leadId) =>
        _young.TryGetValue(leadId, out var record) || _old.TryGetValue(leadId, out record) ? record : null;

    /// <summary>Keeps a record. When the young half is full it becomes the old half, and the old half is forgotten.</summary>
    public void Keep(JourneyRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (capacity == 0)
        {
            return;
        }

        _young[record.State.LeadId] = record;
        if (_young.Count < capacity)
        {
            return;
        }

        lock (_turning)
        {
            if (_young.Count >= capacity)
            {
                (_old, _young) = (_young, new());
            }
        }
    }

    /// <summary>Forgets a record that proved to be out of date.</summary>
    public void Drop(LeadId leadId)
    {
        _young.TryRemove(leadId, out _);
        _old.TryRemove(leadId, out _);
    }
}
