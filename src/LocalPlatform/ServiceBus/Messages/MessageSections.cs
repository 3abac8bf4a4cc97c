using System.Buffers.Binary;

namespace IntegrationHub.LocalPlatform.ServiceBus.Messages;

/// <summary>The position of a section in an encoded message. A length of zero means that it has none.</summary>
internal readonly record struct MessageSection(int Offset, int Length)
{
    public int End => Offset + Length;
}

/// <summary>
/// The positions of the sections of an encoded AMQP message. They are found by their lengths; nothing is decoded.
/// </summary>
/// <param name="Header">What the broker replaces with each delivery.</param>
/// <param name="MessageAnnotations">What sender and broker say to each other about the message.</param>
/// <param name="Properties">The standard properties, such as the message id.</param>
/// <param name="ApplicationProperties">The sender's own properties.</param>
/// <param name="Bare">Where the part begins that its sender alone may change: properties, application properties, body,
/// footer.</param>
/// <param name="Body">Where the body begins.</param>
internal readonly record struct MessageSections(
    MessageSection Header,
    MessageSection MessageAnnotations,
    MessageSection Properties,
    MessageSection ApplicationProperties,
    int Bare,
    int Body)
{
    private const ulong HeaderCode = 0x70;
    private const ulong MessageAnnotationsCode = 0x72;
    private const ulong PropertiesCode = 0x73;
    private const ulong ApplicationPropertiesCode = 0x74;
    private const ulong DataCode = 0x75;

    /// <exception cref="InvalidDataException">It is not a valid encoded message.</exception>
    public static MessageSections Of(ReadOnlySpan<byte> message)
    {
        try
        {
            return Find(message);
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("The message ends within a section.", e);
        }
    }

    /// <summary>Returns the binaries of the data sections that make up the body.</summary>
    /// <exception cref="InvalidDataException">The body has something else than data sections.</exception>
    public static List<byte[]> DataOf(ReadOnlySpan<byte> message)
    {
        var data = new List<byte[]>();
        try
        {
            for (var at = Of(message).Body; at < message.Length;)
            {
                var code = ReadDescriptor(message, ref at);
                if (code != DataCode)
                {
                    throw new InvalidDataException("The body of a batch must be data sections.");
                }

                var length = ReadBinaryLength(message, ref at);
                data.Add(message.Slice(at, length).ToArray());
                at += length;
            }
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("The batch ends within a message.", e);
        }

        return data;
    }

    private static MessageSections Find(ReadOnlySpan<byte> message)
    {
        MessageSection header = default, annotations = default, properties = default, application = default;
        int? bare = null;
        var at = 0;
        while (at < message.Length)
        {
            var start = at;
            var code = ReadDescriptor(message, ref at);
            bare ??= code >= PropertiesCode ? start : null;
            if (code >= DataCode)
            {
                at = start;
                break;
            }

            at += SectionLength(message, at);
            var section = new MessageSection(start, at - start);
            _ = message.Slice(start, section.Length);
            switch (code)
            {
                case HeaderCode:
                    header = section;
                    break;
                case MessageAnnotationsCode:
                    annotations = section;
                    break;
                case PropertiesCode:
                    properties = section;
                    break;
                case ApplicationPropertiesCode:
                    application = section;
                    break;
                default:
                    // Delivery annotations are for the next hop only.
                    break;
            }
        }

        if (at == message.Length)
        {
            throw new InvalidDataException("The message has no body.");
        }

        return new(header, annotations, properties, application, bare ?? at, at);
    }

    /// <summary>Reads a descriptor and stops at its value.</summary>
    private static ulong ReadDescriptor(ReadOnlySpan<byte> message, ref int at)
    {
        const byte described = 0x00;
        const byte smallUlong = 0x53;
        const byte fullUlong = 0x80;
        if (message[at] != described)
        {
            throw new InvalidDataException($"No section begins at byte {at} of the message.");
        }

        switch (message[at + 1])
        {
            case smallUlong:
                at += 3;
                return message[at - 1];
            case fullUlong:
                at += 10;
                return BinaryPrimitives.ReadUInt64BigEndian(message[(at - 8)..]);
            default:
                throw new InvalidDataException($"The section at byte {at} of the message is not described by a number.");
        }
    }

    /// <summary>Returns the length of a list or map with its type code.</summary>
    private static int SectionLength(ReadOnlySpan<byte> message, int at) => message[at] switch
    {
        0x40 or 0x45 => 1,
        0xc0 or 0xc1 => 2 + message[at + 1],
        0xd0 or 0xd1 => checked(5 + BinaryPrimitives.ReadInt32BigEndian(message[(at + 1)..])),
        var type => throw new InvalidDataException($"A section of the message has the type 0x{type:x2}, but must be a list or a map."),
    };

    private static int ReadBinaryLength(ReadOnlySpan<byte> message, ref int at)
    {
        switch (message[at])
        {
            case 0xa0:
                at += 2;
                return message[at - 1];
            case 0xb0:
                at += 5;
                return BinaryPrimitives.ReadInt32BigEndian(message[(at - 4)..]);
            default:
                throw new InvalidDataException("A data section must hold a binary.");
        }
    }
}
