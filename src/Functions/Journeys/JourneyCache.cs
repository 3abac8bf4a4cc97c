using System.Collections.Concurrent;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Caches recent journeys with their ETags. A cached journey may be outdated: the conditional commit detects
/// that, and a conflict drops it. The cache saves reads and decides nothing.</summary>
/// <param name="capacity">The memory for journeys in bytes, estimated; zero disables the cache.</param>
internal sealed class JourneyCache(long capacity)
{
    /// <summary>The memory of a byte of JSON: strings are twice as long, and every object has a header.</summary>
    private const int BytesInMemory = 3;

    /// <summary>The memory of an almost empty record.</summary>
    private const int LeastBytes = 500;

    private readonly Lock _turning = new();
    private Generation _young = new();
    private Generation _old = new();

    /// <summary>Returns the record as this process last stored it; null for none.</summary>
    public JourneyRecord? Find(LeadId leadId) =>
        _young.Records.TryGetValue(leadId, out var record) || _old.Records.TryGetValue(leadId, out record) ? record : null;

    /// <summary>Caches a stored record, unless a later one is cached. When the young half is full it becomes the old half,
    /// and the old half is dropped.</summary>
    public void Keep(JourneyRecord record)
    {
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

    /// <summary>Drops an outdated record.</summary>
    public void Drop(LeadId leadId)
    {
        _young.Records.TryRemove(leadId, out _);
        _old.Records.TryRemove(leadId, out _);
    }

    /// <summary>A half of the cache.</summary>
    private sealed class Generation
    {
        private long _bytes;

        public ConcurrentDictionary<LeadId, JourneyRecord> Records { get; } = new();

        /// <summary>Caches a record in place of its predecessor; returns the size of all. Only one
        /// thread works on a lead.</summary>
        public long Keep(JourneyRecord record)
        {
            var before = Records.TryGetValue(record.State.LeadId, out var replaced) ? Weigh(replaced) : 0;
            Records[record.State.LeadId] = record;
            return Interlocked.Add(ref _bytes, Weigh(record) - before);
        }

        private static long Weigh(JourneyRecord record) => LeastBytes + (BytesInMemory * (record.HeadBytes + record.ArchivedBytes));
    }
}
