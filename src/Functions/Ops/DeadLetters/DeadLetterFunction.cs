using System.Globalization;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Lists, replays and purges dead letters.</summary>
internal sealed class DeadLetterFunction(DeadLetterFlow deadLetters, Callers callers)
{
    private const string Jobs = "/api/deadletters/jobs";

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
        if (!ReplayOrder.TryRead(await BoundedBody.ReadAsync(request, cancellationToken), out var order, out var fault))
        {
            return Unclear(fault);
        }

        AuditTrail.Name(request, order.Entity.Name);
        return await RunAsync(request, order, null, report => report, cancellationToken);
    }

    /// <summary>Removes the dead letters that match the posted <see cref="PurgeOrder"/> for good.</summary>
    [Function("PurgeDeadLetters")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> PurgeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "deadletters/purge")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!PurgeOrder.TryRead(await BoundedBody.ReadAsync(request, cancellationToken), out var purge, out var fault))
        {
            return Unclear(fault);
        }

        AuditTrail.Name(request, $"{purge.Order.Entity.Name} {purge.Why}");
        return await RunAsync(request, purge.Order, purge.Why, PurgeReport.Of, cancellationToken);
    }

    /// <summary>Lists the latest replays and purges with their progress, the newest first.</summary>
    [Function("ListDeadLetterJobs")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> JobsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "deadletters/jobs")] HttpRequest request,
        CancellationToken cancellationToken) =>
        new OkObjectResult(new { jobs = await deadLetters.JobsAsync(cancellationToken) });

    /// <summary>Shows how far a replay or purge is.</summary>
    [Function("ShowDeadLetterJob")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> JobAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "deadletters/jobs/{id}")] HttpRequest request, string id,
        CancellationToken cancellationToken) =>
        await deadLetters.FindAsync(id, cancellationToken) is { } job ? new OkObjectResult(job) : NoJob();

    /// <summary>Stops a replay or purge. What it did stays done.</summary>
    [Function("StopDeadLetterJob")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> StopAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "deadletters/jobs/{id}")] HttpRequest request, string id,
        CancellationToken cancellationToken) =>
        await deadLetters.StopAsync(id, cancellationToken) switch
        {
            null => NoJob(),
            { IsOver: true } job => new OkObjectResult(job),
            _ => Answers.Problem(StatusCodes.Status409Conflict, "It changed meanwhile.", "Try again."),
        };

    /// <summary>Answers 200 when all is done, and 202 when a job goes on.</summary>
    private async Task<IActionResult> RunAsync(
        HttpRequest request, ReplayOrder order, string? why, Func<ReplayReport, object> describe, CancellationToken cancellationToken)
    {
        if (order.DryRun)
        {
            return new OkObjectResult(describe(await deadLetters.CountAsync(order, cancellationToken)));
        }

        var by = callers.Identify(request)?.Name ?? "";
        if (await deadLetters.StartAsync(order, why, by, cancellationToken) is not { } job)
        {
            return Answers.Problem(
                StatusCodes.Status409Conflict, $"Another replay or purge of {order.Entity.Name} has not ended.",
                $"GET {Jobs} lists it, and DELETE stops it.");
        }

        var report = ReplayReport.Of(job);
        return report.Job is { } id ? new AcceptedResult($"{Jobs}/{id}", describe(report)) : new OkObjectResult(describe(report));
    }

    private static ObjectResult NoJob() => Answers.Problem(StatusCodes.Status404NotFound, "No such job.", $"GET {Jobs} lists them.");

    private static ObjectResult Unclear(string fault) =>
        Answers.Problem(StatusCodes.Status400BadRequest, "The request does not say which dead letters it is about.", fault);
}
