namespace Azure.Messaging.ServiceBus;

/// <summary>How the delay between two tries grows.</summary>
public enum ServiceBusRetryMode
{
    /// <summary>Not at all.</summary>
    Fixed = 0,

    /// <summary>It doubles, with some chance in it.</summary>
    Exponential = 1,
}
