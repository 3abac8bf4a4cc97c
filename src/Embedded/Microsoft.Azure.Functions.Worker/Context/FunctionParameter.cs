using System.Collections.Immutable;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>One parameter of a function.</summary>
public class FunctionParameter(string name, Type type, IReadOnlyDictionary<string, object> properties)
{
    /// <summary>Describes a parameter of which no more than name and type is known.</summary>
    public FunctionParameter(string name, Type type)
        : this(name, type, ImmutableDictionary<string, object>.Empty)
    {
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; } = name;

    /// <summary>Gets the type.</summary>
    public Type Type { get; } = type;

    /// <summary>Gets what else is known of it.</summary>
    public IReadOnlyDictionary<string, object> Properties { get; } = properties;
}
