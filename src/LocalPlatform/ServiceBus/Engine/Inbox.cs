namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>Many write, one thread takes all there is. No thread pool between them.</summary>
internal sealed class Inbox<T>
{
    private readonly object _lock = new();
    private List<T> _items = [];
    private bool _waits, _closed;

    public void Post(T item)
    {
        lock (_lock)
        {
            _items.Add(item);
            if (_waits) { _waits = false; Monitor.Pulse(_lock); }
        }
    }

    public void Close() { lock (_lock) { _closed = true; Monitor.PulseAll(_lock); } }

    /// <summary>Waits for items and swaps them with the emptied list; false when closed and empty.</summary>
    public bool Take(ref List<T> into)
    {
        lock (_lock)
        {
            while (_items.Count == 0)
            {
                if (_closed) return false;
                _waits = true;
                Monitor.Wait(_lock);
            }
            (_items, into) = (into, _items);
            return true;
        }
    }
}
