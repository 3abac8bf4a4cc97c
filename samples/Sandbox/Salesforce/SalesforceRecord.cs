using System.Globalization;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>A record as it was when it was asked for.</summary>
/// <param name="Fields">The values: string, decimal, bool, DateOnly or DateTimeOffset; a field
/// without one is not in it.</param>
public sealed record SalesforceRecord(string Id, string Type, IReadOnlyDictionary<string, object?> Fields)
{
    /// <summary>Gets a field's value as text, null when it has none.</summary>
    public string? this[string field] => Convert.ToString(Fields.GetValueOrDefault(field), CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;

    /// <summary>Gets a value indicating whether a checkbox is ticked.</summary>
    public bool Is(string field) => Fields.GetValueOrDefault(field) is true;
}
