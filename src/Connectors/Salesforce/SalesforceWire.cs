using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml;
using System.Xml.Linq;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>A record, or the part of it in a message, in one form for rows, change events and outbound messages. Fields
/// have Salesforce's names; nested ones have a dot (<c>Contact.Email</c>). A field without a value is null.</summary>
/// <param name="Entity">The object, such as Lead.</param>
/// <param name="Id">The id, 18 characters.</param>
/// <param name="Roles">The contacts of an opportunity's row.</param>
internal sealed record SalesforceRecord(
    string Entity, string Id, ImmutableDictionary<string, string?> Fields, ImmutableArray<ContactRole> Roles)
{
    /// <summary>Gets the version of a row: its stamp and a hash of its fields, because
    /// stamps count whole seconds.</summary>
    public string Version
    {
        get
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(OwnFields)));
            return $"{SalesforceMapper.Stamp(Instant("SystemModstamp"))}|{hash[..8]}";
        }
    }

    private string OwnFields => string.Join('\n', Fields
        .Where(own => own.Value is not null && own.Key != "SystemModstamp" && !own.Key.Contains('.', StringComparison.Ordinal))
        .OrderBy(own => own.Key, StringComparer.Ordinal)
        .Select(own => $"{own.Key}={own.Value}"));

    /// <summary>Returns a field's value; null when it is missing, empty or withheld.</summary>
    public string? Text(string field) =>
        Fields.TryGetValue(field, out var value) && !string.IsNullOrWhiteSpace(value) && !Withheld.Is(value) ? value : null;

    /// <summary>Whether the record states that a field is empty.</summary>
    public bool IsEmpty(string field) => Fields.TryGetValue(field, out var value) && string.IsNullOrWhiteSpace(value);

    /// <summary>Returns an id in the long form.</summary>
    public string? IdOf(string field) => Text(field) is { } id ? SalesforceId.Normalise(id) : null;

    /// <summary>Returns a boolean; null when missing.</summary>
    public bool? Flag(string field) => bool.TryParse(Text(field), out var flag) ? flag : null;

    /// <summary>Returns a number; null when missing.</summary>
    public decimal? Number(string field) =>
        decimal.TryParse(Text(field), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Returns an instant with any notation of its offset; null when missing.</summary>
    public DateTimeOffset? Instant(string field) =>
        DateTimeOffset.TryParse(
            Text(field), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : null;
}

internal sealed record ContactRole(string ContactId, string? Email, bool Primary);

/// <summary>A change event with the changed fields of its records. <paramref name="HidesCleared"/> says that it does
/// not name the cleared fields.</summary>
internal sealed record ChangeEvent(
    string Entity, IReadOnlyList<string> RecordIds, string ChangeType, string? ChangeOrigin, string TransactionKey, long SequenceNumber,
    DateTimeOffset? CommittedAt, ImmutableDictionary<string, string?> Fields, bool HidesCleared);

/// <summary>The change events of a request. <paramref name="Unreadable"/> has the
/// fingerprints of unreadable ones.</summary>
internal sealed record ChangeBatch(IReadOnlyList<ChangeEvent> Changes, IReadOnlyList<string> Unreadable);

/// <summary>A page of a query. <paramref name="Unreadable"/> has the fingerprints of unreadable rows.</summary>
internal sealed record QueryPage(IReadOnlyList<SalesforceRecord> Records, string? NextRecordsUrl, IReadOnlyList<string> Unreadable)
{
    /// <summary>Gets the number of rows, unreadable ones included.</summary>
    public int Rows => Records.Count + Unreadable.Count;
}

/// <summary>An outbound message. <paramref name="Unreadable"/> has the fingerprints of
/// unreadable notifications.</summary>
internal sealed record OutboundMessage(
    string OrganizationId, IReadOnlyList<OutboundNotification> Notifications, IReadOnlyList<string> Unreadable);

internal sealed record OutboundNotification(string Id, SalesforceRecord Record);

internal sealed record SalesforceTokenWire
{
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    [JsonPropertyName("instance_url")]
    public string? InstanceUrl { get; init; }

    /// <summary>A URL that ends with the ids of the organisation and the user.</summary>
    public string? Id { get; init; }
}

/// <summary>Parses Salesforce's three forms. Each method returns null when nothing is readable.</summary>
internal static class SalesforceWire
{
    private const string Outbound = "http://soap.sforce.com/2005/09/outbound";
    private const string Xsi = "http://www.w3.org/2001/XMLSchema-instance";

    private const int LongestName = 80;

    /// <summary>The most characters of a message: a hundred notifications of the largest records.</summary>
    private const long LongestMessage = 10_000_000;

    /// <summary>Parses a relay's change event, or an array of them.</summary>
    public static ChangeBatch? ParseChanges(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = WellFormed.Parse(body);
            var root = document.RootElement;
            var (changes, unreadable) = Each(root.ValueKind == JsonValueKind.Array ? root.EnumerateArray() : [root], ParseChange);
            return changes.Count == 0 && unreadable.Count > 0 ? null : new(changes, unreadable);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Parses a page of a query.</summary>
    public static QueryPage? ParsePage(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = WellFormed.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Member(root, "records") is not { ValueKind: JsonValueKind.Array } rows)
            {
                return null;
            }

            var (records, unreadable) = Each(rows.EnumerateArray(), ParseRow);
            return new(records, String(root, "nextRecordsUrl"), unreadable);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads each part by itself. An unreadable one gives its fingerprint.</summary>
    private static (List<T> Read, List<string> Unreadable) Each<T>(IEnumerable<JsonElement> parts, Func<JsonElement, T?> read)
        where T : class
    {
        var (all, unreadable) = (new List<T>(), new List<string>());
        foreach (var part in parts)
        {
            if (read(part) is { } known)
            {
                all.Add(known);
            }
            else
            {
                unreadable.Add(UnreadableEvent.Fingerprint(part.GetRawText()));
            }
        }

        return (all, unreadable);
    }

    /// <summary>Parses a row of a query or a record resource; null when it lacks id or type.</summary>
    public static SalesforceRecord? ParseRow(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object
            || String(row, "Id") is not { } id
            || Member(row, "attributes") is not { ValueKind: JsonValueKind.Object } attributes
            || String(attributes, "type") is not { } entity)
        {
            return null;
        }

        var roles = Member(row, "OpportunityContactRoles") is { ValueKind: JsonValueKind.Object } children
            && Member(children, "records") is { ValueKind: JsonValueKind.Array } records
            ? records.EnumerateArray().Select(ParseRole).OfType<ContactRole>().ToImmutableArray()
            : [];
        return new(entity, SalesforceId.Normalise(id), Flatten(row), roles);
    }

    /// <summary>Parses an outbound message. Document type definitions are refused, and so every entity.</summary>
    public static OutboundMessage? ParseOutbound(ReadOnlyMemory<byte> body)
    {
        try
        {
            return ParseOutbound(Load(body));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>Splits a message in two, each with half of its notifications. A message with one stays whole.</summary>
    public static IReadOnlyList<byte[]> HalveOutbound(ReadOnlyMemory<byte> body)
    {
        var document = Load(body);
        var count = document.Descendants(XName.Get("Notification", Outbound)).Count();
        return count < 2 ? [body.ToArray()] : [Part(document, ..(count / 2)), Part(document, (count / 2)..)];
    }

    /// <summary>Loads a message. A malformed one is repaired once, so that one bad
    /// character does not lose it.</summary>
    private static XDocument Load(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Load(body.ToArray());
        }
        catch (XmlException)
        {
            return Load(WellFormed.Xml(body));
        }
    }

    private static XDocument Load(byte[] body)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = LongestMessage,
        };
        using var stream = new MemoryStream(body, writable: false);
        using var reader = XmlReader.Create(stream, settings);
        return XDocument.Load(reader);
    }

    private static byte[] Part(XDocument document, Range kept)
    {
        var copy = new XDocument(document);
        var notifications = copy.Descendants(XName.Get("Notification", Outbound)).ToList();
        notifications.Except(notifications.Take(kept)).ToList().ForEach(other => other.Remove());
        using var stream = new MemoryStream();
        copy.Save(stream, SaveOptions.DisableFormatting);
        return stream.ToArray();
    }

    private static OutboundMessage? ParseOutbound(XDocument document)
    {
        if (document.Descendants(XName.Get("notifications", Outbound)).FirstOrDefault() is not { } message
            || message.Element(XName.Get("OrganizationId", Outbound))?.Value is not { } organization)
        {
            return null;
        }

        var notifications = message.Elements(XName.Get("Notification", Outbound))
            .Select(element => (Element: element, Read: ParseNotification(element))).ToList();
        return notifications.TrueForAll(notification => notification.Read is null)
            ? null
            : new(
                SalesforceId.Normalise(organization),
                [.. notifications.Select(notification => notification.Read).OfType<OutboundNotification>()],
                [
                    .. notifications.Where(notification => notification.Read is null)
                        .Select(notification => UnreadableEvent.Fingerprint(notification.Element.ToString(SaveOptions.DisableFormatting))),
                ]);
    }

    private static OutboundNotification? ParseNotification(XElement notification)
    {
        if (notification.Element(XName.Get("Id", Outbound))?.Value is not { Length: > 0 } id
            || notification.Element(XName.Get("sObject", Outbound)) is not { } body
            || body.Attribute(XName.Get("type", Xsi))?.Value is not { } type)
        {
            return null;
        }

        var fields = body.Elements()
            .GroupBy(field => field.Name.LocalName).ToImmutableDictionary(field => field.Key, field => (string?)field.First().Value);
        return fields.GetValueOrDefault("Id") is not { } recordId
            ? null
            : new(
                SalesforceId.Normalise(id),
                new(type[(type.IndexOf(':', StringComparison.Ordinal) + 1)..], SalesforceId.Normalise(recordId), fields, []));
    }

    private static ChangeEvent? ParseChange(JsonElement change)
    {
        if (Member(change, "payload") is not { } payload
            || Member(payload, "ChangeEventHeader") is not { ValueKind: JsonValueKind.Object } header
            || String(header, "entityName") is not { } entity
            || String(header, "changeType") is not { } type
            || String(header, "transactionKey") is not { } transaction
            || Member(header, "recordIds") is not { ValueKind: JsonValueKind.Array } ids)
        {
            return null;
        }

        return new(
            entity,
            [.. TextsOf(ids).Select(SalesforceId.Normalise)],
            type,
            String(header, "changeOrigin"),
            transaction,
            Number(header, "sequenceNumber") ?? 0,
            Number(header, "commitTimestamp") is >= 0 and <= 253_402_300_799_999 and var at
                ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
            FieldsOf(payload, header),
            NamesOf(header, "nulledFields").Any(IsBitmap));
    }

    /// <summary>Returns the fields of a change, cleared ones included. A relay that reads Avro sends null for unchanged
    /// fields, so a change that names its fields clears only those.</summary>
    private static ImmutableDictionary<string, string?> FieldsOf(JsonElement payload, JsonElement header)
    {
        var fields = Flatten(payload).ToBuilder();
        var (emptied, changed) = (NamesOf(header, "nulledFields"), NamesOf(header, "changedFields"));
        var unchanged = fields.Where(field => field.Value is null && changed.Count > 0 && !IsNamed(field.Key)).Select(field => field.Key);
        fields.RemoveRange([.. unchanged, .. fields.Keys.Where(key => key.StartsWith("ChangeEventHeader.", StringComparison.Ordinal))]);
        foreach (var name in emptied.Where(name => !IsBitmap(name)))
        {
            fields[name] = null;
        }

        return fields.ToImmutable();

        bool IsNamed(string field) => emptied.Contains(field) || changed.Contains(field) || changed.Contains(field.Split('.')[0]);
    }

    private static HashSet<string> NamesOf(JsonElement header, string list) =>
        Member(header, list) is { ValueKind: JsonValueKind.Array } names ? [.. TextsOf(names)] : [];

    /// <summary>Whether a field is named by its position in a schema, as in the Pub/Sub API.</summary>
    private static bool IsBitmap(string name) => name is [>= '0' and <= '9', ..];

    private static IEnumerable<string> TextsOf(JsonElement array) =>
        array.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);

    private static ContactRole? ParseRole(JsonElement role)
    {
        var fields = Flatten(role);
        return fields.GetValueOrDefault("ContactId") is { } contact
            ? new(
                SalesforceId.Normalise(contact), fields.GetValueOrDefault("Contact.Email"),
                bool.TryParse(fields.GetValueOrDefault("IsPrimary"), out var primary) && primary)
            : null;
    }

    /// <summary>
    /// The fields of a record and of its compound fields and parents. What lies deeper or has a longer name than
    /// Salesforce gives is not a field.
    /// </summary>
    private static ImmutableDictionary<string, string?> Flatten(JsonElement element)
    {
        var fields = ImmutableDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        Add("", element);
        return fields.ToImmutable();

        void Add(string prefix, JsonElement parent)
        {
            foreach (var member in parent.EnumerateObject())
            {
                switch (member.Value.ValueKind)
                {
                    case JsonValueKind.Object when prefix.Length == 0 && member.Name.Length <= LongestName:
                        Add($"{member.Name}.", member.Value);
                        break;
                    case JsonValueKind.Object:
                        break;
                    case JsonValueKind.Array:
                        break;
                    case JsonValueKind.Null:
                        fields[prefix + member.Name] = null;
                        break;
                    default:
                        fields[prefix + member.Name] = member.Value.ToString();
                        break;
                }
            }
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    private static string? String(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    private static long? Number(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt64(out var number) ? number : null;
}
