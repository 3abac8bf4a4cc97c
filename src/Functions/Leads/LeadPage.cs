namespace IntegrationHub.Functions.Leads;

/// <summary>A lead with one page of what happened to it.</summary>
/// <param name="Next">Where the next page begins; null after the last.</param>
internal sealed record LeadPage<T>(T Lead, string? Next);
