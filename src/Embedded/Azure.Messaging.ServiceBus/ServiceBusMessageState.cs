namespace Azure.Messaging.ServiceBus;

/// <summary>Where in its life a message is.</summary>
public enum ServiceBusMessageState
{
    /// <summary>To be received, or being received.</summary>
    Active = 0,

    /// <summary>Set aside; only its sequence number brings it back.</summary>
    Deferred = 1,

    /// <summary>Waiting for its enqueue time.</summary>
    Scheduled = 2,
}
