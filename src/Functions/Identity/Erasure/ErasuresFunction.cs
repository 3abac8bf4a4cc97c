using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Lists open erasures, and takes decisions about them.</summary>
internal sealed class ErasuresFunction(ErasureStore erasures, ErasureDecisionFlow decisions, ErasureBrakeFlow brake)
{
    private const int PerPage = 100;

    /// <summary>Lists the open erasures, a page at a time.</summary>
    [Function("ListErasures")]
    [Needs(Permission.LeadsErase)]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "erasures")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (!ErasureOrder.TryRead(request.Query, out var filter, out var fault))
        {
            return Answers.Problem(StatusCodes.Status400BadRequest, "The request does not say which erasures it is about.", fault);
        }

        var page = await erasures.PageAsync(filter, PerPage, request.Query["after"], cancellationToken);
        return new OkObjectResult(new ErasureListView(
            [
                .. page.Erasures.Select(erasure => new ErasureView(
                    erasure.LeadId, erasure.Source, erasure.Connector, erasure.Since, erasure.DueAt, erasure.State)),
            ],
            await brake.IsStoppedAsync(cancellationToken),
            page.Next));
    }

    /// <summary>Restores a lead.</summary>
    [Function("CancelErasure")]
    [Needs(Permission.LeadsErase)]
    public async Task<IActionResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "erasures/{leadId}")] HttpRequest request, string leadId,
        CancellationToken cancellationToken) =>
        Answer(LeadId.TryParse(leadId, out var id) ? await decisions.CancelAsync(id, cancellationToken) : ErasureDecision.Unknown);

    /// <summary>Confirms an erasure that waits for a person.</summary>
    [Function("ConfirmErasure")]
    [Needs(Permission.LeadsErase)]
    public async Task<IActionResult> ConfirmAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "erasures/{leadId}/confirm")] HttpRequest request, string leadId,
        CancellationToken cancellationToken) =>
        Answer(LeadId.TryParse(leadId, out var id) ? await decisions.ConfirmAsync(id, cancellationToken) : ErasureDecision.Unknown);

    /// <summary>Restores all leads that the posted <see cref="ErasureOrder"/> matches.</summary>
    [Function("CancelErasures")]
    [Needs(Permission.LeadsErase)]
    public async Task<IActionResult> CancelManyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "erasures/cancel")] HttpRequest request,
        CancellationToken cancellationToken) =>
        ErasureOrder.TryRead(await BoundedBody.ReadAsync(request, cancellationToken), out var order, out var fault)
            ? new OkObjectResult(await decisions.CancelAsync(order.Filter, order.DryRun, cancellationToken))
            : Answers.Problem(StatusCodes.Status400BadRequest, "The request does not say which erasures it is about.", fault);

    /// <summary>Releases the brake.</summary>
    [Function("ResumeErasures")]
    [Needs(Permission.LeadsErase)]
    public async Task<IActionResult> ResumeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "erasures/resume")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        await brake.ResumeAsync(cancellationToken);
        return new NoContentResult();
    }

    private static IActionResult Answer(ErasureDecision decision) => decision switch
    {
        ErasureDecision.Done => new NoContentResult(),
        ErasureDecision.TooLate => Answers.Problem(
            StatusCodes.Status409Conflict, "The state of the erasure does not allow this.", "GET /api/erasures shows its state."),
        _ => Answers.Problem(StatusCodes.Status404NotFound, "No open erasure of this lead.", "GET /api/erasures lists what is open."),
    };
}

/// <summary>An open erasure as the API shows it.</summary>
internal sealed record ErasureView(
    LeadId LeadId, ErasureSource Source, string? Connector, DateTimeOffset Since, DateTimeOffset DueAt, ErasureState State);

/// <summary>A page of open erasures.</summary>
/// <param name="Stopped">Whether the brake is on.</param>
/// <param name="Next">The value of <c>after</c> for the next page; null for the last.</param>
internal sealed record ErasureListView(IReadOnlyList<ErasureView> Erasures, bool Stopped, string? Next);
