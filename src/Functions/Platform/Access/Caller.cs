namespace IntegrationHub.Functions.Platform.Access;

/// <summary>Who calls.</summary>
/// <param name="Name">The name in the audit: <c>key:{name}</c>, or <c>entra:{object id}</c>; empty for nobody.</param>
/// <param name="IsSignedIn">Whether App Service Authentication vouches for the caller, perhaps by a cookie.</param>
internal sealed record Caller(string Name, IReadOnlyCollection<Role> Roles, bool IsSignedIn)
{
    /// <summary>Shows neither a key nor a sign-in.</summary>
    public static readonly Caller Nobody = new("", [], false);

    public bool May(Permission permission) => Roles.Any(role => role.Carries(permission));
}
