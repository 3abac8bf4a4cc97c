namespace IntegrationHub.Functions.Ops.Unmapped;

/// <summary>A tool's stage that no map knows. Leads on it keep their funnel stage until a setting maps it.</summary>
/// <param name="Raw">The stage in the tool's words.</param>
/// <param name="Setting">The setting that would map it.</param>
/// <param name="Since">When the hub first saw it.</param>
/// <param name="Leads">How many leads are on it.</param>
internal sealed record UnmappedStageReport(string Connector, string Raw, string Setting, DateTimeOffset Since, int Leads);
