namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>Deadlines in the order in which they become due.</summary>
internal sealed class Deadlines
{
    private readonly SortedSet<Timed> _waiting = new(Comparer<Timed>.Create(Compare));
    private long _order;

    /// <summary>Gets the next deadline, or the greatest value when nothing waits.</summary>
    public long Next => _waiting.Min?.DueAt ?? long.MaxValue;

    /// <summary>Sets or moves the deadline; the greatest value removes it.</summary>
    public void Set(Timed timed, long dueAt)
    {
        if (timed.DueAt != long.MaxValue)
        {
            _waiting.Remove(timed);
        }

        timed.DueAt = dueAt;
        if (dueAt != long.MaxValue)
        {
            timed.Order = ++_order;
            _waiting.Add(timed);
        }
    }

    /// <summary>Removes and runs what is due at <paramref name="now"/>, inclusive.</summary>
    public void Run(long now)
    {
        while (_waiting.Min is { } first && first.DueAt <= now)
        {
            Set(first, long.MaxValue);
            first.OnDue();
        }
    }

    private static int Compare(Timed a, Timed b) => a.DueAt != b.DueAt ? a.DueAt.CompareTo(b.DueAt) : a.Order.CompareTo(b.Order);
}
