using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Ops.Audit;

internal sealed class ListAuditFunction(AuditStore audit, TimeProvider clock)
{
    /// <summary>Lists a page of the audit in order of time, of one lead with <c>?lead=…</c>.</summary>
    [Function("ListAudit")]
    [Needs(Permission.AuditRead)]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "audit")] HttpRequest request, CancellationToken cancellationToken) =>
        AuditQuery.TryRead(request.Query, clock.GetUtcNow(), out var query, out var fault)
            ? new OkObjectResult(await audit.ReadAsync(query.From, query.To, query.Lead, query.After, cancellationToken))
            : Answers.Problem(StatusCodes.Status400BadRequest, fault);
}
