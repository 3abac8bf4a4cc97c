namespace Azure.Messaging.ServiceBus;

/// <summary>Settings of a <see cref="ServiceBusReceiver"/>.</summary>
public class ServiceBusReceiverOptions
{
    private int _prefetchCount;

    /// <summary>Gets or sets how many messages are fetched ahead. Default: 0. The embedded broker is in the process, so nothing is fetched ahead.</summary>
    public int PrefetchCount
    {
        get => _prefetchCount;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _prefetchCount = value;
        }
    }

    /// <summary>Gets or sets what a receive does to the message. Default: it locks it.</summary>
    public ServiceBusReceiveMode ReceiveMode { get; set; } = ServiceBusReceiveMode.PeekLock;

    /// <summary>Gets or sets which part of the entity is read. Default: the entity itself.</summary>
    public SubQueue SubQueue { get; set; } = SubQueue.None;

    /// <summary>Gets or sets a name for the receiver in logs. Default: one is made up.</summary>
    public string? Identifier { get; set; }
}
