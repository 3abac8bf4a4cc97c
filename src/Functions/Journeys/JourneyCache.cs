using System.Collections.Concurrent;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// The journeys worked on last, each with the ETag it had. A cached journey may be out of date: the conditional commit proves that it is not, and a conflict
/// drops it. So the cache saves reads and never decides what is true.
/// </summary>
/// <param name="capacity">How many bytes the journeys may take, estimated. Zero keeps none.</param>
public sealed class JourneyCache(long capacity)
{
    /// <summary>What a byte of stored JSON takes as an object: texts are twice as long, and every object has a header.</summary>
    private const int BytesInMemory = 3;

    /// <summary>What a record takes that has next to nothing in it.</summary>
    private const int LeastBytes = 500;

    private readonly Lock _turning = new();
    private Generation _young = new();
    private Generation _old = new();

    /// <summary>The record as this process last left it, or null.</summary>
    public JourneyRecord? Find(LeadId leadId) =>
        _young.Records.TryGetValue(leadId, out var record) || _old.Records.TryGetValue(leadId, out record) ? record : null;

    /// <summary>Keeps a record that is stored, unless a later one is kept. When the young half is full it becomes the old half, and the old half is forgotten.</summary>
    public void Keep(JourneyRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (capacity == 0 || record.ETag is null || Find(record.State.LeadId)?.Revision > record.Revision)
        {
            return;
        }

        var young = _young;
        if (young.Keep(record) < capacity / 2)
        {
            return;
        }

        lock (_turning)
        {
            if (ReferenceEquals(young, _young))
            {
                (_old, _young) = (young, new());
            }
        }
    }

    /// <summary>Forgets a record that proved to be out of date.</summary>
    public void Drop(LeadId leadId)
    {
        _young.Records.TryRemove(leadId, out _);
        _old.Records.TryRemove(leadId, out _);
    }

    /// <summary>One half.</summary>
    private sealed class Generation
    {
        private long _bytes;

        public ConcurrentDictionary<LeadId, JourneyRecord> Records { get; } = new();

        /// <summary>Keeps a record in place of the one it follows; returns what all of them weigh. Lead by lead only one thread keeps.</summary>
        public long Keep(JourneyRecord record)
        {
            var before = Records.TryGetValue(record.State.LeadId, out var replaced) ? Weigh(replaced) : 0;
            Records[record.State.LeadId] = record;
            return Interlocked.Add(ref _bytes, Weigh(record) - before);
        }

        private static long Weigh(JourneyRecord record) => LeastBytes + (BytesInMemory * (record.HeadBytes + record.ArchivedBytes));
    }
}
