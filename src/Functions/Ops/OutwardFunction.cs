using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Functions.Platform.Outward;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Ops;

/// <summary>Lists the effects outwards by channel, and lets held ones pass.</summary>
internal sealed class OutwardFunction(OutwardBreaker outward)
{
    [Function("ListOutward")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "outward")] HttpRequest request, CancellationToken cancellationToken) =>
        new OkObjectResult(await outward.ListAsync(cancellationToken));

    [Function("ResumeOutward")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> ResumeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "outward/{connector}/resume")] HttpRequest request, string connector,
        CancellationToken cancellationToken) =>
        await outward.ResumeAsync(connector, cancellationToken)
            ? new OkObjectResult(await outward.ListAsync(cancellationToken))
            : Answers.Problem(StatusCodes.Status404NotFound, "The hub has counted nothing for this connector.");
}
