namespace IntegrationHub.Benchmarks.Load;

/// <summary>How large a load run is.</summary>
internal sealed record LoadOptions(int Events, int Leads, int Connections, int Handoffs);
