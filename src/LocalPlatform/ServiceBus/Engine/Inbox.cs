namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// Hands items from many threads to one, which takes all there are at once. No thread pool lies between them.
/// </summary>
/// <param name="capacity">The weight of waiting items at which <see cref="Post"/> blocks until they are taken.</param>
internal sealed class Inbox<T>(long capacity)
{
    private readonly object _gate = new();
    private List<T> _items = [];
    private long _weight;
    private bool _isClosed;

    /// <summary>
    /// Adds an item. An item without weight never blocks; after <see cref="Close"/> nothing is added.
    /// </summary>
    public bool Post(T item, long weight = 0)
    {
        lock (_gate)
        {
            while (weight > 0 && _weight >= capacity && !_isClosed)
            {
                Monitor.Wait(_gate);
            }

            if (_isClosed)
            {
                return false;
            }

            _items.Add(item);
            _weight += weight;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Lets <see cref="Take"/> return what is left and then false.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Exchanges all items for an emptied list, and waits for some if asked to. Returns false when closed and empty.
    /// </summary>
    public bool Take(ref List<T> items, bool wait = true)
    {
        lock (_gate)
        {
            while (wait && _items.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_gate);
            }

            var isOver = _isClosed && _items.Count == 0;
            (_items, items) = (items, _items);
            if (_weight > 0)
            {
                _weight = 0;
                Monitor.PulseAll(_gate);
            }

            return !isOver;
        }
    }
}
