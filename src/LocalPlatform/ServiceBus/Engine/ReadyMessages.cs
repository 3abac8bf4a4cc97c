using System.Diagnostics.CodeAnalysis;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// The messages of a queue, or of one session, that wait to be received, in order. Only the first ones are in memory,
/// the others are read from the store when their turn comes, so a long queue needs no more memory than a short one.
/// </summary>
/// <param name="load">Reads a page of waiting messages from the store.</param>
internal sealed class ReadyMessages(ReadyMessages.Loader load)
{
    public const int Window = 256;
    private readonly SortedSet<QueueEntry> _entries = new(Comparer<QueueEntry>.Create(static (a, b) => a.Sequence.CompareTo(b.Sequence)));

    /// <summary>Below this sequence number every waiting message is in memory.</summary>
    private long _loadedTo;
    private bool _storeHasMore = true;

    /// <summary>
    /// Reads up to <paramref name="limit"/> active messages from a sequence number on, in order, and leaves out those
    /// that are locked. It returns the sequence number to go on from, or null when it read the last message.
    /// </summary>
    public delegate (List<QueueEntry> Entries, long? Next) Loader(long fromSequence, int limit);

    public bool TryTake([NotNullWhen(true)] out QueueEntry? entry)
    {
        if (_entries.Count == 0 && _storeHasMore)
        {
            Load();
        }

        entry = _entries.Min;
        return entry is not null && _entries.Remove(entry);
    }

    /// <summary>Adds a message that has just been stored at the end.</summary>
    public void Append(QueueEntry entry)
    {
        if (_storeHasMore || _entries.Count >= Window)
        {
            _storeHasMore = true;
            return;
        }

        _entries.Add(entry);
        _loadedTo = entry.Sequence + 1;
    }

    /// <summary>Puts a message back at the place it was taken from.</summary>
    public void Return(QueueEntry entry)
    {
        if (entry.Sequence >= _loadedTo && _storeHasMore)
        {
            return;
        }

        _entries.Add(entry);
        _loadedTo = Math.Max(_loadedTo, entry.Sequence + 1);
        if (_entries.Count > 2 * Window)
        {
            Trim();
        }
    }

    public void Remove(QueueEntry entry) => _entries.Remove(entry);

    private void Load()
    {
        // A page may hold nothing but locked messages.
        while (_entries.Count == 0 && _storeHasMore)
        {
            var (page, next) = load(_loadedTo, Window);
            _entries.UnionWith(page);
            _storeHasMore = next is not null;
            _loadedTo = next ?? _loadedTo;
        }
    }

    private void Trim()
    {
        while (_entries.Count > Window)
        {
            _loadedTo = _entries.Max!.Sequence;
            _entries.Remove(_entries.Max);
        }

        _storeHasMore = true;
    }
}
