using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Stores a message in a table row: properties and body as columns.</summary>
internal static class MessageRow
{
    /// <summary>The longest body of a row in bytes: a column holds 64 KiB. A longer one goes to a blob first
    /// (<see cref="BodyStore.FitAsync"/>).</summary>
    public const int LargestBody = 60 * 1024;

    private const string PropertyPrefix = "p_", BodyColumn = "Body";

    public static void Write(TableEntity row, ServiceBusMessage message)
    {
        foreach (var (name, value) in message.ApplicationProperties)
        {
            row[PropertyPrefix + EncodeName(name)] = value;
        }

        row[BodyColumn] = message.Body.ToArray();
    }

    /// <summary>Reads the message, without an id.</summary>
    public static ServiceBusMessage Read(TableEntity row)
    {
        var message = new ServiceBusMessage(row.GetBinary(BodyColumn) ?? []);
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
