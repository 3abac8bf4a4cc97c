namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>A value that a property had from a time on.</summary>
internal sealed record HubSpotVersion(string Value, DateTimeOffset Timestamp, HubSpotSource Source);
