namespace IntegrationHub.Funnel;

/// <summary>The side that a fact speaks for. One tool may have both: HubSpot's contacts are
/// marketing's, its deals the CRM's.</summary>
public enum ToolSide
{
    Marketing,

    /// <summary>The CRM, the only side that moves a lead from a stage that sales own.</summary>
    Crm,
}
