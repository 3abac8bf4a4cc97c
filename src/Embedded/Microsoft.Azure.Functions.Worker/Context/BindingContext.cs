namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a trigger tells about itself beside its value.</summary>
public abstract class BindingContext
{
    /// <summary>Gets the facts by name: route values, or a message's id and delivery count.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
