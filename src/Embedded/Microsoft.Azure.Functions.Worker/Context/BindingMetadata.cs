namespace Microsoft.Azure.Functions.Worker;

/// <summary>One tie between a function and the outside.</summary>
public abstract class BindingMetadata
{
    /// <summary>Gets the parameter's name.</summary>
    public abstract string Name { get; }

    /// <summary>Gets the kind, such as <c>httpTrigger</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Gets which way things go.</summary>
    public abstract BindingDirection Direction { get; }
}
