namespace Refit;

/// <summary>The parameter goes into the request's options, for handlers to read; it never reaches the wire.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class PropertyAttribute : Attribute
{
    /// <summary>Takes the parameter's name as the key.</summary>
    public PropertyAttribute()
    {
    }

    /// <summary>Takes a key of its own.</summary>
    /// <param name="key">The key in the request's options.</param>
    public PropertyAttribute(string key) => Key = key;

    /// <summary>Gets the key in the request's options; null is the parameter's name.</summary>
    public string? Key { get; }
}
