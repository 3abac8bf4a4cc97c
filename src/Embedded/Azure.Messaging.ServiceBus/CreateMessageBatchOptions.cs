namespace Azure.Messaging.ServiceBus;

/// <summary>Settings of a <see cref="ServiceBusMessageBatch"/>.</summary>
public class CreateMessageBatchOptions
{
    private long? _maxSizeInBytes;

    /// <summary>Gets or sets the size at which the batch is full; null takes the entity's limit, more than that is refused when the batch is made.</summary>
    public long? MaxSizeInBytes
    {
        get => _maxSizeInBytes;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value.GetValueOrDefault(1), 1);
            _maxSizeInBytes = value;
        }
    }
}
