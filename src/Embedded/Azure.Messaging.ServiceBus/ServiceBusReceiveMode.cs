namespace Azure.Messaging.ServiceBus;

/// <summary>What a receive does to the message in the broker.</summary>
public enum ServiceBusReceiveMode
{
    /// <summary>Locks it until it is settled or the lock runs out.</summary>
    PeekLock = 0,

    /// <summary>Deletes it; a crash of the receiver loses it.</summary>
    ReceiveAndDelete = 1,
}
