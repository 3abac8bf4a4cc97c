namespace Refit;

/// <summary>The parameter is an <c>IDictionary&lt;string, string&gt;</c> of headers for this request; a null value removes the header.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HeaderCollectionAttribute : Attribute;
