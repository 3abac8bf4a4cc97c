namespace Azure.Messaging.ServiceBus;

/// <summary>What went wrong, for code that decides what to do next.</summary>
public enum ServiceBusFailureReason
{
    /// <summary>Anything without a reason of its own; <see cref="ServiceBusException.IsTransient"/> says whether to try again.</summary>
    GeneralError = 0,

    /// <summary>The queue, topic or subscription does not exist.</summary>
    MessagingEntityNotFound = 1,

    /// <summary>The lock ran out, or the message was settled before.</summary>
    MessageLockLost = 2,

    /// <summary>No deferred or scheduled message has this sequence number.</summary>
    MessageNotFound = 3,

    /// <summary>The message or the batch is larger than the entity takes.</summary>
    MessageSizeExceeded = 4,

    /// <summary>The broker cannot be reached; try again later.</summary>
    ServiceCommunicationProblem = 9,
}
