namespace Refit;

/// <summary>Headers of every request of an interface or a method. A method's win over its interface's, a parameter's over both.</summary>
/// <param name="headers">Lines of the form <c>Name: value</c>; <c>Name</c> alone removes the header.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Interface)]
public sealed class HeadersAttribute(params string[] headers) : Attribute
{
    /// <summary>Gets the lines.</summary>
    public string[] Headers { get; } = headers;
}
