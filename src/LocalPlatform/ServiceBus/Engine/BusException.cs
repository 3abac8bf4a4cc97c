namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// A refusal that the client receives. It is thrown before any change, or where the change may stay.
/// </summary>
internal sealed class BusException(BusError error, string message) : Exception(message)
{
    public BusError Error { get; } = error;
}

/// <summary>Names a refusal the way the real client understands it.</summary>
/// <param name="Condition">The AMQP error condition, from which the client derives its exception.</param>
/// <param name="Status">The status code in the answer of a management node.</param>
internal readonly record struct BusError(string Condition, int Status)
{
    public static readonly BusError EntityNotFound = new("amqp:not-found", 404);

    public static readonly BusError MessageNotFound = new("com.microsoft:message-not-found", 404);

    public static readonly BusError MessageLockLost = new("com.microsoft:message-lock-lost", 410);

    public static readonly BusError SessionLockLost = new("com.microsoft:session-lock-lost", 410);

    public static readonly BusError SessionCannotBeLocked = new("com.microsoft:session-cannot-be-locked", 410);

    public static readonly BusError Timeout = new("com.microsoft:timeout", 408);

    public static readonly BusError ServerBusy = new("com.microsoft:server-busy", 503);

    public static readonly BusError QuotaExceeded = new("amqp:resource-limit-exceeded", 403);

    public static readonly BusError MessageSizeExceeded = new("amqp:link:message-size-exceeded", 403);

    public static readonly BusError EntityAlreadyExists = new("com.microsoft:entity-already-exists", 409);

    public static readonly BusError Argument = new("com.microsoft:argument-error", 400);

    public static readonly BusError NotAllowed = new("amqp:not-allowed", 400);

    public static readonly BusError NotImplemented = new("amqp:not-implemented", 501);

    public static readonly BusError Decode = new("amqp:decode-error", 400);

    public static readonly BusError Internal = new("amqp:internal-error", 500);
}
