namespace IntegrationHub.Functions.Platform.Access;

/// <summary>What people and machines are to the hub. On Azure a role is an app role of the app registration; a key
/// has its roles by setting.</summary>
internal enum Role
{
    /// <summary>Sees figures.</summary>
    Reader,

    /// <summary>Works in marketing.</summary>
    Marketing,

    /// <summary>Works in sales.</summary>
    Sales,

    /// <summary>Leads both teams.</summary>
    Manager,

    /// <summary>Runs the hub.</summary>
    Ops,

    /// <summary>Answers for personal data.</summary>
    Privacy,
}

/// <summary>The one table of who may do what. Pure.</summary>
internal static class RoleRules
{
    private const string Prefix = "Hub.";

    /// <summary>Gets all roles by the names that app roles and settings use, such as <c>Hub.Ops</c>.</summary>
    public static IReadOnlyDictionary<string, Role> Names { get; } =
        Enum.GetValues<Role>().ToDictionary(role => $"{Prefix}{role}", StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a role carries a permission.</summary>
    public static bool Carries(this Role role, Permission permission) => Of(role).Contains(permission);

    private static Permission[] Of(Role role) => role switch
    {
        Role.Reader => [Permission.FiguresRead],
        Role.Marketing or Role.Sales => [Permission.FiguresRead, Permission.LeadsRead],
        Role.Manager => [Permission.FiguresRead, Permission.LeadsRead, Permission.ReviewsDecide],
        Role.Ops => [Permission.FiguresRead, Permission.OpsRead, Permission.OpsReplay, Permission.ReviewsDecide, Permission.AuditRead],
        Role.Privacy => [Permission.LeadsRead, Permission.LeadsErase, Permission.LeadsExport, Permission.AuditRead],
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };
}
