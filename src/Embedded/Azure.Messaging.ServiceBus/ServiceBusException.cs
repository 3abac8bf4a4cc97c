namespace Azure.Messaging.ServiceBus;

/// <summary>A failure that the broker, or the way to it, is the cause of.</summary>
public class ServiceBusException : Exception
{
    /// <summary>Makes an exception without a message, not transient, of <see cref="ServiceBusFailureReason.GeneralError"/>.</summary>
    public ServiceBusException()
    {
    }

    /// <summary>Makes an exception that says itself whether a retry can help.</summary>
    /// <param name="isTransient">Whether the same call may succeed later.</param>
    /// <param name="message">What happened.</param>
    /// <param name="entityName">The queue, topic or subscription, if one is concerned.</param>
    /// <param name="reason">What went wrong.</param>
    /// <param name="innerException">What caused it.</param>
    public ServiceBusException(
        bool isTransient,
        string message,
        string? entityName = default,
        ServiceBusFailureReason reason = ServiceBusFailureReason.GeneralError,
        Exception? innerException = default)
        : base(message, innerException)
    {
        IsTransient = isTransient;
        EntityPath = entityName;
        Reason = reason;
    }

    /// <summary>Makes an exception whose reason decides whether a retry can help.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="reason">What went wrong.</param>
    /// <param name="entityPath">The queue, topic or subscription, if one is concerned.</param>
    /// <param name="innerException">What caused it.</param>
    public ServiceBusException(string message, ServiceBusFailureReason reason, string? entityPath = default, Exception? innerException = default)
        : this(reason == ServiceBusFailureReason.ServiceCommunicationProblem, message, entityPath, reason, innerException)
    {
    }

    /// <summary>Gets whether the same call may succeed later.</summary>
    public bool IsTransient { get; }

    /// <summary>Gets what went wrong.</summary>
    public ServiceBusFailureReason Reason { get; }

    /// <summary>Gets the queue, topic or subscription, or null when none is concerned.</summary>
    public string? EntityPath { get; }

    /// <inheritdoc/>
    public override string Message => EntityPath is null ? $"{base.Message} ({Reason})" : $"{base.Message} ({Reason}, {EntityPath})";
}
