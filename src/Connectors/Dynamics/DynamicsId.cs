using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>The ids of records. A GUID does not say what it is of, so a person's id has its table before it:
/// <c>lead:1111…</c> or <c>contact:3333…</c>.</summary>
internal static class DynamicsId
{
    public const string Lead = "lead", Contact = "contact";

    /// <summary>Returns the id of a person's record.</summary>
    public static string Of(string table, string guid) => $"{table}:{guid}";

    /// <summary>Returns the table and the GUID of a person's id; null for another text.</summary>
    public static (string Table, string Guid)? Split(string id) =>
        id.Split(':') is [Lead or Contact, var guid] parts && Read(guid) is { } read ? (parts[0], read) : null;

    /// <summary>Returns the canonical form of a GUID; null for another text and for the empty one.</summary>
    public static string? Read(string? text) => Guid.TryParse(text, out var guid) && guid != Guid.Empty ? guid.ToString("D") : null;

    /// <summary>Returns the canonical form of a person's id, however it was copied. A GUID alone stays without a table.</summary>
    public static string Normalise(string id)
    {
        var clean = CopiedId.Clean(id).ToLowerInvariant();
        var colon = clean.IndexOf(':', StringComparison.Ordinal);
        return Read(clean[(colon + 1)..]) is { } guid ? $"{clean[..(colon + 1)]}{guid}" : clean;
    }

    /// <summary>Returns the id that the hub gives a record of its own, the same for the same cause, so that a repeat makes no
    /// second one.</summary>
    public static string Make(string organization, string what, string id)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"integration-hub|{organization}|{what}|{id}"));

        // Version 8 and the variant of RFC 9562: the rest is ours.
        (hash[6], hash[8]) = ((byte)((hash[6] & 0x0F) | 0x80), (byte)((hash[8] & 0x3F) | 0x80));
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString("D");
    }
}
