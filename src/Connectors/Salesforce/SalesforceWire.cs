using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml;
using System.Xml.Linq;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>
/// A record, or the part of it that a message carries, in the one form that rows, change events and outbound messages are brought to. Field names are Salesforce's;
/// those of a parent or a compound field have a dot (<c>Contact.Email</c>, <c>Name.LastName</c>). A field that is there without a value is null.
/// </summary>
/// <param name="Entity">The object: Lead, Opportunity, ….</param>
/// <param name="Id">The id, 18 characters.</param>
/// <param name="Fields">The fields.</param>
/// <param name="Roles">The contacts of an opportunity, where a row brings them.</param>
internal sealed record SalesforceRecord(string Entity, string Id, ImmutableDictionary<string, string?> Fields, ImmutableArray<ContactRole> Roles)
{
    /// <summary>
    /// Gets what tells this version of a row from every other: the stamp, and since that counts whole seconds, a hash of the record's own fields.
    /// </summary>
    public string Version => $"{SalesforceMapper.Stamp(Instant("SystemModstamp"))}|{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(OwnFields)))[..8]}";

    private string OwnFields => string.Join('\n', Fields
        .Where(own => own.Value is not null && own.Key != "SystemModstamp" && !own.Key.Contains('.', StringComparison.Ordinal))
        .OrderBy(own => own.Key, StringComparer.Ordinal)
        .Select(own => $"{own.Key}={own.Value}"));

    /// <summary>The value of a field; null where it is missing or empty.</summary>
    public string? Text(string field) => Fields.TryGetValue(field, out var value) && !string.IsNullOrWhiteSpace(value) ? value : null;

    /// <summary>A field with an id, in the long form.</summary>
    public string? IdOf(string field) => Text(field) is { } id ? SalesforceId.Normalise(id) : null;

    /// <summary>A truth value; null where it is not said.</summary>
    public bool? Flag(string field) => bool.TryParse(Text(field), out var flag) ? flag : null;

    /// <summary>A number; null where it is not said.</summary>
    public decimal? Number(string field) => decimal.TryParse(Text(field), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A point in time, whatever way its offset is written; null where it is not said.</summary>
    public DateTimeOffset? Instant(string field) =>
        DateTimeOffset.TryParse(Text(field), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant) ? instant : null;
}

/// <summary>A contact of an opportunity.</summary>
internal sealed record ContactRole(string ContactId, string? Email, bool Primary);

/// <summary>A change event: what happened, and the fields it brings for each of its records.</summary>
internal sealed record ChangeEvent(
    string Entity, IReadOnlyList<string> RecordIds, string ChangeType, string? ChangeOrigin, string TransactionKey, long SequenceNumber, DateTimeOffset? CommittedAt,
    ImmutableDictionary<string, string?> Fields);

/// <summary>A page of a query's answer.</summary>
internal sealed record QueryPage(IReadOnlyList<SalesforceRecord> Records, string? NextRecordsUrl);

/// <summary>The notifications of an outbound message, and the organisation they are of.</summary>
internal sealed record OutboundMessage(string OrganizationId, IReadOnlyList<OutboundNotification> Notifications);

/// <summary>One notification.</summary>
internal sealed record OutboundNotification(string Id, SalesforceRecord Record);

/// <summary>A token.</summary>
internal sealed record SalesforceTokenWire
{
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    [JsonPropertyName("instance_url")]
    public string? InstanceUrl { get; init; }

    /// <summary>A URL that ends with the organisation's and the user's id.</summary>
    public string? Id { get; init; }
}

/// <summary>Reads Salesforce's three forms. Each answers null where the form is not what it should be.</summary>
internal static class SalesforceWire
{
    private const string Outbound = "http://soap.sforce.com/2005/09/outbound";
    private const string Xsi = "http://www.w3.org/2001/XMLSchema-instance";

    /// <summary>Ten million characters: a hundred notifications of the largest records.</summary>
    private const long LongestMessage = 10_000_000;

    /// <summary>The change events of a relay's request: one, or an array of them.</summary>
    public static IReadOnlyList<ChangeEvent>? ParseChanges(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var items = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().Select(ParseChange) : [ParseChange(root)];
            List<ChangeEvent?> changes = [.. items];
            return changes.Contains(null) ? null : [.. changes.OfType<ChangeEvent>()];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The rows of a query's answer.</summary>
    public static QueryPage? ParsePage(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Member(root, "records") is not { ValueKind: JsonValueKind.Array } rows)
            {
                return null;
            }

            return new([.. rows.EnumerateArray().Select(ParseRow).OfType<SalesforceRecord>()], String(root, "nextRecordsUrl"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A row as a query or the record's own resource gives it; null where it does not say what it is.</summary>
    public static SalesforceRecord? ParseRow(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object || String(row, "Id") is not { } id || Member(row, "attributes") is not { ValueKind: JsonValueKind.Object } attributes
            || String(attributes, "type") is not { } entity)
        {
            return null;
        }

        var roles = Member(row, "OpportunityContactRoles") is { ValueKind: JsonValueKind.Object } children && Member(children, "records") is { ValueKind: JsonValueKind.Array } records
            ? records.EnumerateArray().Select(ParseRole).OfType<ContactRole>().ToImmutableArray()
            : [];
        return new(entity, SalesforceId.Normalise(id), Flatten(row), roles);
    }

    /// <summary>An outbound message. Document type definitions are refused, and with them every entity.</summary>
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

    /// <summary>A message as two, each with half of its notifications; alone where it has only one.</summary>
    public static IReadOnlyList<byte[]> HalveOutbound(ReadOnlyMemory<byte> body)
    {
        var document = Load(body);
        var count = document.Descendants(XName.Get("Notification", Outbound)).Count();
        return count < 2 ? [body.ToArray()] : [Part(document, ..(count / 2)), Part(document, (count / 2)..)];
    }

    private static XDocument Load(ReadOnlyMemory<byte> body)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = LongestMessage };
        using var stream = new MemoryStream(body.ToArray(), writable: false);
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

        List<OutboundNotification?> notifications = [.. message.Elements(XName.Get("Notification", Outbound)).Select(ParseNotification)];
        return notifications.Count == 0 || notifications.Contains(null) ? null : new(SalesforceId.Normalise(organization.Trim()), [.. notifications.OfType<OutboundNotification>()]);
    }

    private static OutboundNotification? ParseNotification(XElement notification)
    {
        if (notification.Element(XName.Get("Id", Outbound))?.Value is not { Length: > 0 } id || notification.Element(XName.Get("sObject", Outbound)) is not { } body
            || body.Attribute(XName.Get("type", Xsi))?.Value is not { } type)
        {
            return null;
        }

        var fields = body.Elements().GroupBy(field => field.Name.LocalName).ToImmutableDictionary(field => field.Key, field => (string?)field.First().Value);
        return fields.GetValueOrDefault("Id") is not { } recordId
            ? null
            : new(SalesforceId.Normalise(id.Trim()), new(type[(type.IndexOf(':', StringComparison.Ordinal) + 1)..], SalesforceId.Normalise(recordId.Trim()), fields, []));
    }

    private static ChangeEvent? ParseChange(JsonElement change)
    {
        if (Member(change, "payload") is not { } payload || Member(payload, "ChangeEventHeader") is not { ValueKind: JsonValueKind.Object } header
            || String(header, "entityName") is not { } entity || String(header, "changeType") is not { } type || String(header, "transactionKey") is not { } transaction
            || Member(header, "recordIds") is not { ValueKind: JsonValueKind.Array } ids)
        {
            return null;
        }

        return new(
            entity,
            [.. ids.EnumerateArray().Select(id => id.ValueKind == JsonValueKind.String ? id.GetString() : null).OfType<string>().Select(SalesforceId.Normalise)],
            type,
            String(header, "changeOrigin"),
            transaction,
            Number(header, "sequenceNumber") ?? 0,
            Number(header, "commitTimestamp") is >= 0 and <= 253_402_300_799_999 and var at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
            Flatten(payload).RemoveRange(Flatten(payload).Keys.Where(key => key.StartsWith("ChangeEventHeader.", StringComparison.Ordinal))));
    }

    private static ContactRole? ParseRole(JsonElement role)
    {
        var fields = Flatten(role);
        return fields.GetValueOrDefault("ContactId") is { } contact
            ? new(SalesforceId.Normalise(contact), fields.GetValueOrDefault("Contact.Email"), bool.TryParse(fields.GetValueOrDefault("IsPrimary"), out var primary) && primary)
            : null;
    }

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
                    case JsonValueKind.Object:
                        Add($"{prefix}{member.Name}.", member.Value);
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

    private static string? String(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    private static long? Number(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt64(out var number) ? number : null;
}
