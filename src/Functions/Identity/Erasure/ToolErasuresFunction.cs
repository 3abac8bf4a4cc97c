using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Lists the records that a person has to erase in other tools, and takes them off the list.</summary>
internal sealed class ToolErasuresFunction(ToolErasureStore store, ToolErasureFlow tools)
{
    /// <summary>Lists a page of the records.</summary>
    [Function("ListToolErasures")]
    [Needs(Permission.LeadsErase)]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "erasures/tools")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!PageAnswers.TryRead(request, out var page, out var fault))
        {
            return fault;
        }

        var list = await store.ByHandAsync(page, cancellationToken);
        return PageAnswers.Of(request, list.Items, list.Next);
    }

    /// <summary>Notes that a person has erased a record.</summary>
    [Function("EndToolErasure")]
    [Needs(Permission.LeadsErase)]
    public async Task<IActionResult> EndAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "erasures/tools/{connector}/{record}")] HttpRequest request,
        string connector, string record, CancellationToken cancellationToken)
    {
        AuditTrail.Name(request, $"{connector} {record}");
        return await tools.DoneAsync(connector, record, cancellationToken)
            ? new NoContentResult()
            : Answers.Problem(
                StatusCodes.Status404NotFound,
                "This record is not on the list of those to erase.",
                "GET /api/erasures/tools lists those that are left.");
    }
}
