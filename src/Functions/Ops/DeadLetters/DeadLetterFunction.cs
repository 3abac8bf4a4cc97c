using System.Globalization;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Ops.DeadLetters;

public sealed class DeadLetterFunction(DeadLetterFlow deadLetters)
{
    /// <summary>Lists a page of the dead letters of <c>?entity=</c>.</summary>
    [Function("ListDeadLetters")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "deadletters")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!ReplayOrder.TryFindEntity(request.Query["entity"], out var entity, out var unclear))
        {
            return Unclear(unclear);
        }

        if (!PageAnswers.TryRead(request, out var page, out var fault))
        {
            return fault;
        }

        _ = long.TryParse(page.After, CultureInfo.InvariantCulture, out var after);
        var list = await deadLetters.ListAsync(entity, after, page.Top, cancellationToken);
        return PageAnswers.Of(
            request, list, list.Capped ? list.DeadLetters[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <summary>Replays the dead letters that match the posted <see cref="ReplayOrder"/>.</summary>
    [Function("ReplayDeadLetters")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> ReplayAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "deadletters/replay")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = new StreamReader(request.Body);
        if (!ReplayOrder.TryRead(await body.ReadToEndAsync(cancellationToken), out var order, out var fault))
        {
            return Unclear(fault);
        }

        AuditTrail.Name(request, order.Entity.Name);
        return new OkObjectResult(await deadLetters.ReplayAsync(order, cancellationToken));
    }

    private static ObjectResult Unclear(string fault) =>
        Answers.Problem(StatusCodes.Status400BadRequest, "Which dead letters are meant is not clear.", fault);
}
