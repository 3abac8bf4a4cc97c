namespace IntegrationHub.Functions.Ops.Unmapped;

/// <summary>A tool's stage that no map knows: leads on it stay where they are until somebody says what it means.</summary>
/// <param name="Connector">The connector that said it.</param>
/// <param name="Raw">What it said.</param>
/// <param name="Setting">The setting that would say what it means.</param>
/// <param name="Since">When the hub first met it.</param>
/// <param name="Leads">How many leads it was said of.</param>
public sealed record UnmappedStageReport(string Connector, string Raw, string Setting, DateTimeOffset Since, int Leads);
