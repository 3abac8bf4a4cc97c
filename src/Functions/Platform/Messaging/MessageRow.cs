using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Stores a message in a table row: properties as columns, the body in chunks.</summary>
internal static class MessageRow
{
    private const string PropertyPrefix = "p_";
    private const int BinaryProperty = 60 * 1024;

    public static void Write(TableEntity row, ServiceBusMessage message)
    {
        foreach (var (name, value) in message.ApplicationProperties)
        {
            row[PropertyPrefix + EncodeName(name)] = value;
        }

        BinaryChunks.Write(row, "Body", message.Body.ToMemory(), BinaryProperty);
    }

    /// <summary>Reads the message, without an id.</summary>
    public static ServiceBusMessage Read(TableEntity row)
    {
        var message = new ServiceBusMessage(BinaryChunks.Read(row, "Body"));
        foreach (var (name, value) in row.Where(property => property.Key.StartsWith(PropertyPrefix, StringComparison.Ordinal)))
        {
            message.ApplicationProperties[DecodeName(name[PropertyPrefix.Length..])] = value;
        }

        message.Subject = message.ApplicationProperties.TryGetValue("connector", out var connector) ? connector as string : null;
        return message;
    }

    /// <summary>Encodes a name: a table column is an identifier, while a header's name may contain hyphens.</summary>
    private static string EncodeName(string name) =>
        string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? $"{character}" : $"_{(int)character:x4}"));

    private static string DecodeName(string name)
    {
        var decoded = new StringBuilder(name.Length);
        for (var at = 0; at < name.Length; at++)
        {
            if (name[at] != '_')
            {
                decoded.Append(name[at]);
                continue;
            }

            if (at + 5 > name.Length
                || !ushort.TryParse(
                name.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var character))
            {
                // Not written by the hub.
                return name;
            }

            decoded.Append((char)character);
            at += 4;
        }

        return decoded.ToString();
    }
}
