namespace Azure.Messaging.ServiceBus;

/// <summary>Which part of a queue or subscription a receiver reads.</summary>
public enum SubQueue
{
    /// <summary>The queue or subscription itself.</summary>
    None = 0,

    /// <summary>Its dead-letter queue.</summary>
    DeadLetter = 1,
}
