using IntegrationHub.Functions.Platform.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Reports;

/// <summary>Checks the figures, and counts them again.</summary>
internal sealed class TalliesFunction(TallyAudit audit, RecountFlow recount)
{
    /// <summary>Checks that each sum is what leads and deals add up to.</summary>
    [Function("AuditReports")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> AuditAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "reports/audit")] HttpRequest request,
        CancellationToken cancellationToken) => new OkObjectResult(await audit.RunAsync(cancellationToken));

    /// <summary>Lets a page of leads say again what they add. <c>?after=</c> continues.</summary>
    [Function("RecountReports")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> RecountAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "reports/recount")] HttpRequest request,
        CancellationToken cancellationToken) =>
        new OkObjectResult(await recount.RunAsync(
            (string?)request.Query["after"] is { Length: > 0 } after ? after : null, cancellationToken));
}
