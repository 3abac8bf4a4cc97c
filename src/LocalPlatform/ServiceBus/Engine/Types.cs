namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

internal enum ReceiveMode { PeekLock = 0, ReceiveAndDelete = 1 }
internal enum MessageStatus { Active = 0, Deferred = 1, Scheduled = 2 }
internal enum BusFault { MessagingEntityNotFound, MessageLockLost, MessageNotFound, MessageSizeExceeded, ServiceCommunicationProblem }

/// <summary>A refusal that becomes an AMQP error condition.</summary>
internal sealed class BusException(string message, BusFault reason, string? entity = null, Exception? inner = null) : Exception(message, inner)
{
    public BusFault Reason { get; } = reason;
    public string? Entity { get; } = entity;
    public string Condition => Reason switch
    {
        BusFault.MessagingEntityNotFound => "amqp:not-found",
        BusFault.MessageLockLost => "com.microsoft:message-lock-lost",
        BusFault.MessageNotFound => "com.microsoft:message-not-found",
        BusFault.MessageSizeExceeded => "amqp:link:message-size-exceeded",
        _ => "com.microsoft:server-busy",
    };
    public int Status => Reason switch
    {
        BusFault.MessagingEntityNotFound or BusFault.MessageNotFound => 404,
        BusFault.MessageLockLost => 410,
        BusFault.MessageSizeExceeded => 403,
        _ => 503,
    };
}

internal sealed record Delivered(byte[] Content, MessageState Delivery);

/// <summary>One receiving link, as the engine sees it. Only the broker's thread touches the counters.</summary>
internal abstract class Consumer
{
    public required BrokerQueue Queue { get; init; }
    public required ReceiveMode Mode { get; init; }
    /// <summary>AMQP delivery-count of the link: messages given to it (and credit burnt by drains).</summary>
    public uint DeliveryCount { get; set; }
    public int Credit { get; set; }
    public LinkedListNode<Consumer>? Place { get; set; }
    /// <summary>After the commit, on the completion thread.</summary>
    public abstract void Send(Delivered message);
    public abstract void SendDrained(uint deliveryCount);
}
