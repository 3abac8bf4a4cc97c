using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>Lists and closes the breakers that stop a property's writes.</summary>
internal sealed class SyncLoopBreakersFunction(SyncLoopBreakerFlow breakers)
{
    [Function("ListBreakers")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "breakers")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (!PageAnswers.TryRead(request, out var page, out var fault))
        {
            return fault;
        }

        var open = await breakers.ListAsync(page, cancellationToken);
        return PageAnswers.Of(request, open.Items, open.Next);
    }

    [Function("CloseBreaker")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> CloseAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "breakers/{id}")] HttpRequest request, string id,
        CancellationToken cancellationToken) =>
        await breakers.CloseAsync(id, cancellationToken)
            ? new NoContentResult()
            : Answers.Problem(StatusCodes.Status404NotFound, "No such breaker is open.");
}
