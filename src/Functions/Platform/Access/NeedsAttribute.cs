namespace IntegrationHub.Functions.Platform.Access;

/// <summary>Names the permission that an HTTP function needs. A function with neither this nor
/// <see cref="NeedsNothingAttribute"/> is refused.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsAttribute(Permission permission) : Attribute
{
    public Permission Permission { get; } = permission;

    /// <summary>Gets or sets a value indicating whether the answer shows people although the permission alone does not
    /// say so. Such calls are audited.</summary>
    public bool ShowsPeople { get; set; }

    /// <summary>Gets a value indicating whether calls are audited: those that show people, and those that change
    /// something.</summary>
    public bool IsAudited => ShowsPeople || Permission is not (Permission.FiguresRead or Permission.OpsRead);
}
