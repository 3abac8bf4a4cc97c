namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>A field of an object type.</summary>
internal sealed record SalesforceField(string Name, FieldKind Kind)
{
    /// <summary>Gets the types a reference may point to.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    public bool Required { get; init; }

    public bool ReadOnly { get; init; }

    public bool ExternalId { get; init; }

    public int MaxLength { get; init; } = 255;

    /// <summary>Gets the name to reach the record a reference points to: <c>Owner</c> for <c>OwnerId</c>.</summary>
    public string? Relationship => Targets.Count > 0 && Name.EndsWith("Id", StringComparison.Ordinal) ? Name[..^2] : null;
}
