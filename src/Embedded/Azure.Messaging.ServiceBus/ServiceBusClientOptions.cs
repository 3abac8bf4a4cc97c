namespace Azure.Messaging.ServiceBus;

/// <summary>Settings of a <see cref="ServiceBusClient"/>.</summary>
public class ServiceBusClientOptions
{
    /// <summary>Gets or sets a name for the client in logs. Default: one is made up.</summary>
    public string? Identifier { get; set; }

    /// <summary>Gets or sets how often and how long the client tries.</summary>
    public ServiceBusRetryOptions RetryOptions { get; set; } = new();
}
