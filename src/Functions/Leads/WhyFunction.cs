using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Leads;

/// <summary>Explains a lead's journey.</summary>
public sealed class WhyFunction(LeadQuery leads)
{
    /// <summary>Tells step by step why the lead stands where it stands, and what did not move it.</summary>
    [Function("ExplainLead")]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "leads/{leadId}/why")] HttpRequest request, string leadId, CancellationToken cancellationToken) =>
        Answers.Lead(LeadId.TryParse(leadId, out var id) ? await leads.ExplainAsync(id, cancellationToken) : null);
}
