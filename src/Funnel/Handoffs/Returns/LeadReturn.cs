namespace IntegrationHub.Funnel;

/// <summary>That a team gave a lead back, and which campaign had brought it: the last that it met before the handoff. Names no person beyond what the reason's text may.</summary>
public sealed record LeadReturn
{
    /// <summary>Gets what makes two the same: the tool's word that gave the lead back. However often it comes, and whichever lead it belongs to after a merge, it is one return.</summary>
    public required string Key { get; init; }

    /// <summary>Gets the handoff that ended so.</summary>
    public required string HandoffId { get; init; }

    /// <summary>Gets whose.</summary>
    public required LeadId LeadId { get; init; }

    /// <summary>Gets when, by the tool's clock. UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the campaign; null where the lead had met none.</summary>
    public string? Campaign { get; init; }

    /// <summary>Gets the connector that told of the campaign; null where there is none.</summary>
    public string? Connector { get; init; }

    /// <summary>Gets how the campaign reached the lead; null where nobody knows.</summary>
    public CampaignChannel? Channel { get; init; }

    /// <summary>Gets the stage of the handoff.</summary>
    public required FunnelStage Stage { get; init; }

    /// <summary>Gets why, in the tool's words.</summary>
    public required string Reason { get; init; }
}

/// <summary>How often a reason was given.</summary>
public sealed record ReturnCount(string? Campaign, string? Connector, CampaignChannel? Channel, FunnelStage Stage, string Reason, int Count);
