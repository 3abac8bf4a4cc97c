namespace IntegrationHub.Functions.Platform.Access;

/// <summary>Opens an HTTP function to everybody.</summary>
/// <param name="because">What protects it instead.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsNothingAttribute(string because) : Attribute
{
    public string Because { get; } = because;
}
