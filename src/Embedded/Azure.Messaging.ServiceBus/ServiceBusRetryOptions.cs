namespace Azure.Messaging.ServiceBus;

/// <summary>How often and how long a client tries. The embedded broker answers at once and is asked once; only <see cref="TryTimeout"/> matters to it.</summary>
public class ServiceBusRetryOptions
{
    /// <summary>Gets or sets how the delay grows. Default: exponential.</summary>
    public ServiceBusRetryMode Mode { get; set; } = ServiceBusRetryMode.Exponential;

    /// <summary>Gets or sets how often a failed call is tried again. Default: 3.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>Gets or sets the (first) delay between tries. Default: 0.8 seconds.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(0.8);

    /// <summary>Gets or sets the longest delay between tries. Default: 1 minute.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how long one try may take, and so how long a receive waits that names no time. Default: 1 minute.</summary>
    public TimeSpan TryTimeout { get; set; } = TimeSpan.FromMinutes(1);
}
