using IntegrationHub.Functions.Platform.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Ops.Unmapped;

public sealed class UnmappedFunction(UnmappedFlow unmapped)
{
    /// <summary>Lists the stages that no map knows, by connector and name.</summary>
    [Function("ListUnmapped")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unmapped")] HttpRequest request, CancellationToken cancellationToken) =>
        new OkObjectResult(await unmapped.ListAsync(cancellationToken));
}
