namespace Refit;

/// <summary>The parameter is the credential of this request's <c>Authorization</c> header; null sends no header.</summary>
/// <param name="scheme">The scheme before the credential.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class AuthorizeAttribute(string scheme = "Bearer") : Attribute
{
    /// <summary>Gets the scheme before the credential.</summary>
    public string Scheme { get; } = scheme;
}
