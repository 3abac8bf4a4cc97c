namespace Refit;

/// <summary>The parameter's value is escaped already and goes into the path or the query as it is.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class EncodedAttribute : Attribute;
