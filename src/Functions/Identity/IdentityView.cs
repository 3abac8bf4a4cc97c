using System.Text.Json.Serialization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity;

/// <summary>A key of a lead: a record in a tool, or an address.</summary>
public sealed record IdentityView(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Connector,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email)
{
    /// <summary>Makes the view of a key.</summary>
    public static IdentityView Of(IdentityKey key) =>
        key is { Kind: IdentityKind.Email } ? new(null, null, key.Id) : new(key?.Connector, key?.Id, null);
}
