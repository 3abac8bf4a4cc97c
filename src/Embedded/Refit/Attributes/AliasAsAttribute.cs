namespace Refit;

/// <summary>Gives a parameter or a property another name in the path, the query or the form.</summary>
/// <param name="name">The name on the wire; it wins over every other source of a name.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class AliasAsAttribute(string name) : Attribute
{
    /// <summary>Gets the name on the wire.</summary>
    public string Name { get; } = name;
}
