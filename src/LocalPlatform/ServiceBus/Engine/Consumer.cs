namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// One receiving link as the engine sees it. The broker's thread uses its properties, the answers' thread calls its
/// methods.
/// </summary>
internal abstract class Consumer
{
    /// <summary>Gets the link's name, by which management requests refer to it.</summary>
    public required string Name { get; init; }

    public required ReceiveMode Mode { get; init; }

    /// <summary>Gets or sets the queue it is attached to, null before and after.</summary>
    public BrokerQueue? Queue { get; set; }

    /// <summary>Gets or sets the session it holds, where the queue has sessions.</summary>
    public Session? Session { get; set; }

    /// <summary>
    /// Gets or sets the link's delivery count by AMQP: messages given to it and credit used up by drains.
    /// </summary>
    public uint DeliveryCount { get; set; }

    /// <summary>Gets or sets how many more messages it accepts.</summary>
    public int Credit { get; set; }

    /// <summary>Gets or sets its place among the consumers of a queue that have credit.</summary>
    public LinkedListNode<Consumer>? Place { get; set; }

    public abstract void Deliver(Delivered message);

    /// <summary>Reports that all credit was used up by a drain.</summary>
    public abstract void ReportDrained(uint deliveryCount);

    /// <summary>Ends the link from the broker's side.</summary>
    public abstract void Detach(BusException why);
}
