using System.Collections.Concurrent;

namespace IntegrationHub.Sandbox.Calls;

/// <summary>The vendors' calls: counts of all, and the latest ones.</summary>
public sealed class CallLog
{
    private const int Kept = 5000;

    private readonly ConcurrentDictionary<(string Vendor, string Method, string Path), Tally> _tallies = new();
    private readonly ConcurrentQueue<Call> _recent = new();

    /// <summary>Occurs when a call has been answered.</summary>
    public event Action<Call>? Answered;

    /// <summary>Gets the counts, by vendor, path and method.</summary>
    public IReadOnlyList<CallCount> Counts =>
    [
        .. _tallies.Select(pair => new CallCount(pair.Key.Vendor, pair.Key.Method, pair.Key.Path, pair.Value.Count, pair.Value.Succeeded))
            .OrderBy(count => (count.Vendor, count.Path, count.Method)),
    ];

    /// <summary>Gets the latest 5,000 calls, oldest first.</summary>
    public IReadOnlyList<Call> Recent => [.. _recent];

    /// <summary>
    /// How many calls fit; a null fits all. <paramref name="path"/> is a template like
    /// <c>/crm/v3/objects/contacts/{id}</c>.
    /// </summary>
    public int Count(string? vendor = null, string? method = null, string? path = null) =>
        _tallies.Where(pair => (vendor is null || pair.Key.Vendor == vendor)
                && (method is null || pair.Key.Method == method)
                && (path is null || pair.Key.Path == path))
            .Sum(pair => pair.Value.Count);

    public void Clear()
    {
        _tallies.Clear();
        _recent.Clear();
    }

    internal void Add(Call call)
    {
        _tallies.GetOrAdd((call.Vendor, call.Method, call.Path), _ => new Tally()).Add(call.Status is >= 200 and < 300);
        _recent.Enqueue(call);
        Answered?.Invoke(call);
        if (_recent.Count > Kept)
        {
            _recent.TryDequeue(out _);
        }
    }

    private sealed class Tally
    {
        private int _count;
        private int _succeeded;

        public int Count => Volatile.Read(ref _count);

        public int Succeeded => Volatile.Read(ref _succeeded);

        public void Add(bool succeeded)
        {
            Interlocked.Increment(ref _count);
            if (succeeded)
            {
                Interlocked.Increment(ref _succeeded);
            }
        }
    }
}
