namespace IntegrationHub.Funnel;

/// <summary>A link to a lead's record in a tool, http or https.</summary>
public sealed record RecordUrl(string Connector, Uri Url);
