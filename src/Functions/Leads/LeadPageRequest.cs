using IntegrationHub.Functions.Platform.Http;

namespace IntegrationHub.Functions.Leads;

/// <summary>The page of a lead's history that a caller asks for.</summary>
/// <param name="After">Where the page before ended; null for the first.</param>
internal sealed record LeadPageRequest(int Top, TimeMark? After = null);
