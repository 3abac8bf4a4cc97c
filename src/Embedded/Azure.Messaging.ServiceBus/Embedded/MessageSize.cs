namespace Azure.Messaging.ServiceBus.Embedded;

/// <summary>How large a message is, and may be.</summary>
internal static class MessageSize
{
    /// <summary>What a message, and what one send, may have: 256 KiB, as in the Standard tier.</summary>
    public const long Max = 256 * 1024;

    /// <summary>About what the wire adds to a message around its own fields and body.</summary>
    private const int Framing = 64;

    public static long Of(Incoming message) => message.Content.Length + Framing;
}
