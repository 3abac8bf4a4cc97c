using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs a function for an HTTP request. Say the level: without it the host's default, a function key, decides.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>All methods, at the host's default level.</summary>
    public HttpTriggerAttribute()
    {
    }

    /// <summary>The named methods, at the host's default level, although <see cref="AuthLevel"/> reads Anonymous.</summary>
    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    /// <summary>All methods, at the named level.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel)
    {
        AuthLevel = authLevel;
        IsLevelSaid = true;
    }

    /// <summary>The named methods at the named level; no method named means all.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
        : this(authLevel) => Methods = methods;

    /// <summary>Gets or sets the route template under the host's prefix; null is the function's name.</summary>
    public string? Route { get; set; }

    /// <summary>Gets the methods; null or empty is all. <c>get</c> does not bring <c>head</c> with it.</summary>
    public string[]? Methods { get; }

    /// <summary>Gets the level.</summary>
    public AuthorizationLevel AuthLevel { get; }

    /// <summary>Gets a value indicating whether a constructor that names the level was used.</summary>
    internal bool IsLevelSaid { get; }
}
