using System.Text.Json.Serialization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity;

/// <summary>A key of a lead: a tool's record, or an address.</summary>
internal sealed record IdentityView(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Connector,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email)
{
    public static IdentityView Of(IdentityKey key) =>
        key is { Kind: IdentityKind.Email } ? new(null, null, key.Id) : new(key?.Connector, key?.Id, null);
}
