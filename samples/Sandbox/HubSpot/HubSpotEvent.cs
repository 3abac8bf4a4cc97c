namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>One event of a webhook request. What is null is not sent.</summary>
internal sealed record HubSpotEvent
{
    public long EventId { get; init; }

    public long SubscriptionId { get; init; }

    public long PortalId { get; init; }

    public long AppId { get; init; }

    public long OccurredAt { get; init; }

    public required string SubscriptionType { get; init; }

    public int AttemptNumber { get; init; }

    public long? ObjectId { get; init; }

    public string? ChangeFlag { get; init; }

    public required string ChangeSource { get; init; }

    public required string SourceId { get; init; }

    public string? PropertyName { get; init; }

    public string? PropertyValue { get; init; }

    public bool? IsSensitive { get; init; }

    public long? PrimaryObjectId { get; init; }

    public IReadOnlyList<long>? MergedObjectIds { get; init; }

    public long? NewObjectId { get; init; }

    public int? NumberOfPropertiesMoved { get; init; }

    public string? AssociationType { get; init; }

    public long? FromObjectId { get; init; }

    public long? ToObjectId { get; init; }

    public bool? AssociationRemoved { get; init; }

    public bool? IsPrimaryAssociation { get; init; }
}
