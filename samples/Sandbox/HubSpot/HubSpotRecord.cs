namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>An object as it was when it was asked for.</summary>
/// <param name="Type">The plural, like <c>contacts</c>.</param>
/// <param name="Properties">The values; a property without one is not in it.</param>
public sealed record HubSpotRecord(
    long Id,
    string Type,
    IReadOnlyDictionary<string, string> Properties,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    bool Archived)
{
    /// <summary>Gets a property's value, null when it has none.</summary>
    public string? this[string property] => Properties.GetValueOrDefault(property);
}
