using IntegrationHub.Functions.Platform.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Reports;

/// <summary>Tells how it stands between marketing and sales, as JSON.</summary>
internal sealed class FunnelFunction(FunnelQuery funnel)
{
    /// <summary>Answers with the figures of a window, of all leads or of one segment, channel or campaign.</summary>
    [Function("GetFunnel")]
    [Needs(Permission.FiguresRead)]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "funnel")] HttpRequest request, CancellationToken cancellationToken) =>
        ReportRequest.TryRead(request, funnel.Today, out var wanted, out var fault)
            ? new OkObjectResult(FunnelJson.Of(await funnel.ReadAsync(wanted.Window, wanted.View, cancellationToken)))
            : fault;
}
