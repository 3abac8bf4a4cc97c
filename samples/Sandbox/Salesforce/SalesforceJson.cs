using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>Answers in Salesforce's form.</summary>
internal static class SalesforceJson
{
    public static JsonObject Attributes(SalesforceType type, string id, string version) => new()
    {
        ["type"] = type.Name,
        ["url"] = $"/services/data/v{version}/sobjects/{type.Name}/{id}",
    };

    public static JsonObject Page(IEnumerable<JsonObject> records, int total, string? next)
    {
        var page = new JsonObject { ["totalSize"] = total, ["done"] = next is null };
        if (next is not null)
        {
            page["nextRecordsUrl"] = next;
        }

        page["records"] = new JsonArray([.. records]);
        return page;
    }

    /// <summary>A record with the fields named, or with all.</summary>
    public static JsonObject Record(SalesforceObject record, string version, IReadOnlyCollection<string> fields)
    {
        var shown = new JsonObject { ["attributes"] = Attributes(record.Type, record.Id, version) };
        foreach (var field in fields.Count == 0
            ? record.Type.Fields
            : fields.Select(name => record.Type.Field(name) ?? throw new SalesforceException(400, "INVALID_FIELD", $"No such column '{name}' on sobject of type {record.Type.Name}")))
        {
            shown[field.Name] = SalesforceValues.ToJson(record[field.Name]);
        }

        return shown;
    }

    public static JsonObject Written(string id, bool? created = null)
    {
        var written = new JsonObject { ["id"] = id, ["success"] = true, ["errors"] = new JsonArray() };
        if (created is { } isNew)
        {
            written["created"] = isNew;
        }

        return written;
    }
}
