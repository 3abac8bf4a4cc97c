using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationHub.Functions.Platform.Access;

/// <summary>The header in which App Service Authentication says who signed in: JSON in Base64. Pure. Only App Service
/// may set it, so it counts only where App Service Authentication is on.</summary>
internal static class ClientPrincipal
{
    public const string Header = "X-MS-CLIENT-PRINCIPAL";

    private const int Longest = 32 * 1024;

    /// <summary>The names of claims in tokens, and those that App Service gives them.</summary>
    private static readonly string[] IdClaims = ["oid", "http://schemas.microsoft.com/identity/claims/objectidentifier"];
    private static readonly string[] RoleClaims = ["roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"];

    /// <summary>Reads the header.</summary>
    /// <returns>Null when it is not in this form, or names nobody.</returns>
    public static Caller? Read(string header)
    {
        if (Parse(header) is not { Provider: "aad", Claims: { } claims } principal)
        {
            return null;
        }

        var ids = claims.Where(claim => IdClaims.Contains(claim.Type)).Select(claim => claim.Value).Distinct().ToList();
        return ids is [{ } id] && Guid.TryParse(id, out var oid)
            ? new($"entra:{oid:D}", [.. claims.Where(claim => IsRole(claim, principal.RoleType)).SelectMany(RolesOf).Distinct()], true)
            : null;
    }

    private static bool IsRole(Claim claim, string? roleType) =>
        RoleClaims.Contains(claim.Type) || (roleType is not null && claim.Type == roleType);

    /// <summary>Returns the hub's role of a claim. An app may have roles that are not the hub's.</summary>
    private static IEnumerable<Role> RolesOf(Claim claim) =>
        claim.Value is { } name && RoleRules.Names.TryGetValue(name, out var role) ? [role] : [];

    private static Wire? Parse(string header)
    {
        if (header.Length > Longest)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<Wire>(Convert.FromBase64String(header));
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            return null;
        }
    }

    private sealed record Wire(
        [property: JsonPropertyName("auth_typ")] string? Provider,
        [property: JsonPropertyName("role_typ")] string? RoleType,
        [property: JsonPropertyName("claims")] IReadOnlyList<Claim>? Claims);

    private sealed record Claim([property: JsonPropertyName("typ")] string? Type, [property: JsonPropertyName("val")] string? Value);
}
