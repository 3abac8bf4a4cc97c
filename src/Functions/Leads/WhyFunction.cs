using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Leads;

internal sealed class WhyFunction(LeadQuery leads)
{
    /// <summary>Explains step by step how the lead came to its stage, and which facts did not move it.</summary>
    [Function("ExplainLead")]
    [Needs(Permission.LeadsRead)]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "leads/{leadId}/why")] HttpRequest request, string leadId,
        CancellationToken cancellationToken) =>
        !LeadAnswers.TryRead(request, out var page, out var fault) ? fault
            : LeadAnswers.Of(
                request, LeadId.TryParse(leadId, out var id) ? await leads.ExplainAsync(id, page, cancellationToken) : null, "/why");
}
