using System.Text.Json;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>Fields of leads to write.</summary>
internal sealed record MarketoWrite(IReadOnlyList<IReadOnlyDictionary<string, object>> Input)
{
    public string Action { get; } = "updateOnly";

    public string LookupField { get; } = "id";
}

/// <summary>A status for members of a programme.</summary>
internal sealed record MarketoStatus(string StatusName, IReadOnlyList<MarketoMember> Input);

internal sealed record MarketoMember(long LeadId);

/// <summary>Custom activities.</summary>
internal sealed record MarketoActivities(IReadOnlyList<MarketoActivity> Input);

internal sealed record MarketoActivity(
    long LeadId, string ActivityDate, int ActivityTypeId, string PrimaryAttributeValue, IReadOnlyList<MarketoAttribute> Attributes);

internal sealed record MarketoAttribute(string ApiName, string Value);

/// <summary>Marketo's JSON.</summary>
internal static class MarketoJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { MaxDepth = WellFormed.MostNested };

    /// <summary>Parses an answer; null when it is not one that succeeded.</summary>
    public static JsonDocument? Page(ReadOnlyMemory<byte> body) =>
        WellFormed.Parse(body, static root => root.Member("success").ValueKind == JsonValueKind.True
            && root.Member("result").ValueKind is JsonValueKind.Array or JsonValueKind.Undefined);

    /// <summary>Parses a call of a flow step; null when it is not an object that names its kind.</summary>
    public static JsonDocument? Webhook(ReadOnlyMemory<byte> body) => WellFormed.Parse(body, static root => root.Text("kind") is not null);
}
