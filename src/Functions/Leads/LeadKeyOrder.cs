using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationHub.Functions.Leads;

/// <summary>Names a person in the body of a call, where no log of addresses has it: an e-mail address, or a connector
/// and a record id.</summary>
internal sealed record LeadKeyOrder(string? Email = null, string? Connector = null, string? Id = null)
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Reads it from JSON. What cannot be read names nobody.</summary>
    public static LeadKeyOrder Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<LeadKeyOrder>(json, Strict) ?? new();
        }
        catch (JsonException)
        {
            return new();
        }
    }
}
