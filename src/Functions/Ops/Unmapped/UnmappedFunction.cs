using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Ops.Unmapped;

internal sealed class UnmappedFunction(UnmappedFlow unmapped)
{
    /// <summary>Lists a page of the stages that no map knows, by connector and name.</summary>
    [Function("ListUnmapped")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unmapped")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (!PageAnswers.TryRead(request, out var page, out var fault))
        {
            return fault;
        }

        var stages = await unmapped.ListAsync(page, cancellationToken);
        return PageAnswers.Of(request, stages.Items, stages.Next);
    }
}
