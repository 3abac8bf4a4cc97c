namespace IntegrationHub.Funnel;

/// <summary>Where a lead's record can be opened.</summary>
/// <param name="Connector">The tool.</param>
/// <param name="Url">The address: http or https.</param>
public sealed record RecordUrl(string Connector, Uri Url);
