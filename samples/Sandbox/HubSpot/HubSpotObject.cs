namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>An object as the store holds it.</summary>
internal sealed class HubSpotObject(HubSpotType type, long id, DateTimeOffset createdAt)
{
    public HubSpotType Type => type;

    public long Id => id;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    public DateTimeOffset? ArchivedAt { get; set; }

    /// <summary>Gets the values; a property without one is not there.</summary>
    public Dictionary<string, string> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets each property's values, latest first.</summary>
    public Dictionary<string, List<HubSpotVersion>> History { get; } = new(StringComparer.Ordinal);

    public HubSpotRecord ToRecord() => new(id, type.Name, new Dictionary<string, string>(Properties), CreatedAt, UpdatedAt, ArchivedAt is not null);
}
