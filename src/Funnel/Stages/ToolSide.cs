namespace IntegrationHub.Funnel;

/// <summary>Whose word a fact is. One tool may speak for both: HubSpot's contacts are marketing's, its deals are the CRM's.</summary>
public enum ToolSide
{
    /// <summary>Marketing automation.</summary>
    Marketing,

    /// <summary>Customer relationship management: the only side that takes a lead out of a stage that sales own.</summary>
    Crm,
}
