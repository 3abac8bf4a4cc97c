using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Replays;

/// <summary>Replays archived deliveries for operators.</summary>
internal sealed class ReplayFunction(ReplayFlow flow, ReplayStore replays)
{
    private const int LargestPage = 500;

    /// <summary>Starts the replay of the posted <see cref="ArchiveOrder"/>.</summary>
    [Function("StartReplay")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "archive/replay")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!ArchiveOrder.TryRead(await BoundedBody.ReadAsync(request, cancellationToken), out var order, out var fault))
        {
            return Answers.Problem(StatusCodes.Status400BadRequest, "The request does not say which deliveries it is about.", fault);
        }

        if (await flow.StartAsync(order.Range, order.DryRun, cancellationToken) is not { } replay)
        {
            return Answers.Problem(
                StatusCodes.Status409Conflict, "Another replay has not ended.",
                $"It is {(await replays.FindActiveAsync(cancellationToken))?.Id}. Switch it, or end it by DELETE.");
        }

        AuditTrail.Name(request, replay.Id);
        return new AcceptedResult($"/api/archive/replay/{replay.Id}", replay);
    }

    /// <summary>Shows how far a replay is.</summary>
    [Function("ShowReplay")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> ShowAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "archive/replay/{id}")] HttpRequest request, string id,
        CancellationToken cancellationToken) =>
        await replays.FindAsync(id, cancellationToken) is { } replay ? new OkObjectResult(replay) : NoReplay();

    /// <summary>Lists compared leads: <c>?verdict=</c> for one verdict, <c>?after=</c> a lead for the next page.</summary>
    [Function("ListReplayLeads")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "archive/replay/{id}/leads")] HttpRequest request, string id,
        CancellationToken cancellationToken)
    {
        var text = (string?)request.Query["verdict"];
        LeadVerdict? verdict = Enum.TryParse<LeadVerdict>(text, ignoreCase: true, out var named) && Enum.IsDefined(named) ? named : null;
        if (!string.IsNullOrEmpty(text) && verdict is null)
        {
            return Answers.Problem(StatusCodes.Status400BadRequest, "No such verdict.", "Use same, different, missing or extra.");
        }

        var page = await replays.PageAsync(id, request.Query["after"], verdict, LargestPage, cancellationToken);
        var leads = page.Select(row => row.Compared).OfType<ComparedLead>().ToList();
        return new OkObjectResult(new { leads, next = page.Count == LargestPage ? page[^1].LeadId.Value : null });
    }

    /// <summary>Puts the rebuilt facts in place of the live ones.</summary>
    [Function("SwitchReplay")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> SwitchAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "archive/replay/{id}/switch")] HttpRequest request, string id,
        CancellationToken cancellationToken) =>
        await flow.SwitchAsync(id, cancellationToken) is { } replay ? new AcceptedResult($"/api/archive/replay/{id}", replay)
            : await replays.FindAsync(id, cancellationToken) is null ? NoReplay()
            : Answers.Problem(
                StatusCodes.Status409Conflict, "This replay cannot be switched.", "It must have been compared, and must not be a dry run.");

    /// <summary>Ends a replay without a change.</summary>
    [Function("EndReplay")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> EndAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "archive/replay/{id}")] HttpRequest request, string id,
        CancellationToken cancellationToken) =>
        await flow.EndAsync(id, cancellationToken) is { } replay ? new OkObjectResult(replay)
            : await replays.FindAsync(id, cancellationToken) is null ? NoReplay()
            : Answers.Problem(StatusCodes.Status409Conflict, "This replay cannot be ended.", "It has ended, or it is being switched.");

    private static ObjectResult NoReplay() => Answers.Problem(StatusCodes.Status404NotFound, "No such replay.");
}
