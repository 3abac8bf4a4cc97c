using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Leads;

/// <summary>Answers a person who asks what is stored about them.</summary>
internal sealed class ExportLeadFunction(ExportFlow exports)
{
    [Function("ExportLead")]
    [Needs(Permission.LeadsExport)]
    public async Task<IActionResult> ExportAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "leads/{leadId}/export")] HttpRequest request, string leadId,
        CancellationToken cancellationToken) =>
        Answers.Lead(LeadId.TryParse(leadId, out var id) ? await exports.ExportAsync(id, cancellationToken) : null);
}
