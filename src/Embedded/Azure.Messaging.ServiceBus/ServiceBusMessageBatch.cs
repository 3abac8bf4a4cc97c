using Azure.Messaging.ServiceBus.Embedded;

namespace Azure.Messaging.ServiceBus;

/// <summary>Messages that are sent together, never more than fit. A message is taken as it is when it is added.</summary>
public sealed class ServiceBusMessageBatch : IDisposable
{
    private readonly Func<ServiceBusMessage, Incoming> _prepare;
    private readonly List<Incoming> _messages = [];

    internal ServiceBusMessageBatch(long maxSizeInBytes, Func<ServiceBusMessage, Incoming> prepare)
    {
        MaxSizeInBytes = maxSizeInBytes;
        _prepare = prepare;
    }

    /// <summary>Gets the size at which it is full.</summary>
    public long MaxSizeInBytes { get; }

    /// <summary>Gets its size, framing included.</summary>
    public long SizeInBytes { get; private set; }

    /// <summary>Gets how many messages it has.</summary>
    public int Count => _messages.Count;

    internal IReadOnlyList<Incoming> Messages => _messages;

    /// <summary>Adds a message if it fits.</summary>
    /// <param name="message">The message.</param>
    /// <returns>Whether it was added; when not, the batch is unchanged.</returns>
    public bool TryAddMessage(ServiceBusMessage message)
    {
        var prepared = _prepare(message);
        var size = MessageSize.Of(prepared);
        if (SizeInBytes + size > MaxSizeInBytes)
        {
            return false;
        }

        SizeInBytes += size;
        _messages.Add(prepared);
        return true;
    }

    /// <summary>Empties the batch.</summary>
    public void Dispose()
    {
        _messages.Clear();
        SizeInBytes = 0;
    }
}
