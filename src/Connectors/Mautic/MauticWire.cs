using System.Text.Json;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Mautic;

internal sealed record MauticToken(string? AccessToken, int? ExpiresIn);

/// <summary>A note on a contact.</summary>
internal sealed record MauticNote(string Lead, string Text, string Type = "general");

/// <summary>Mautic's JSON.</summary>
internal static class MauticJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        MaxDepth = WellFormed.MostNested,
    };

    /// <summary>Returns the elements of a collection: Mautic writes it as an object by id, and as a list when it is
    /// empty.</summary>
    public static IEnumerable<JsonElement> Values(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.Object } byId => byId.EnumerateObject().Select(member => member.Value),
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        _ => [],
    };
}
