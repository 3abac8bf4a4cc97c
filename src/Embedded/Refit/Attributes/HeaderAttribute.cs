namespace Refit;

/// <summary>The parameter is a header of this request; null removes the header, an empty string sends it empty.</summary>
/// <param name="header">The header's name.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HeaderAttribute(string header) : Attribute
{
    /// <summary>Gets the header's name.</summary>
    public string Header { get; } = header;
}
