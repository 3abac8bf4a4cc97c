namespace Azure.Messaging.ServiceBus;

/// <summary>Settings of a <see cref="ServiceBusSender"/>.</summary>
public class ServiceBusSenderOptions
{
    /// <summary>Gets or sets a name for the sender in logs. Default: one is made up.</summary>
    public string? Identifier { get; set; }
}
