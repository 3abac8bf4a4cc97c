namespace IntegrationHub.Funnel;

/// <summary>A return with the campaign behind the lead: the last one before the handoff. It holds no personal data
/// beyond the reason's text.</summary>
public sealed record LeadReturn
{
    /// <summary>Gets the identity of the return: the fact's key. Duplicates and merges leave one return.</summary>
    public required string Key { get; init; }

    /// <summary>Gets the handoff that it ended.</summary>
    public required string HandoffId { get; init; }

    public required LeadId LeadId { get; init; }

    /// <summary>Gets when, by the tool's clock, in UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the campaign; null for none.</summary>
    public string? Campaign { get; init; }

    /// <summary>Gets the connector that reported the campaign; null for none.</summary>
    public string? Connector { get; init; }

    /// <summary>Gets the campaign's channel; null when unknown.</summary>
    public CampaignChannel? Channel { get; init; }

    /// <summary>Gets the stage of the handoff.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets the reason in the tool's words.</summary>
    public required string Reason { get; init; }
}

/// <summary>The number of returns for a reason.</summary>
public sealed record ReturnCount(
    string? Campaign, string? Connector, CampaignChannel? Channel, FunnelStage Stage, string Reason, int Count);
