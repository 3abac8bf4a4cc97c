using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Leads;

/// <summary>Erases a person, and removes a tombstone.</summary>
internal sealed class EraseLeadFunction(ErasureFlow erasure, LeadQuery leads, PersonKeys keys)
{
    /// <summary>Erases a lead.</summary>
    [Function("EraseLead")]
    [Needs(Permission.LeadsErase)]
    public async Task<IActionResult> EraseAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "leads/{leadId}")] HttpRequest request, string leadId,
        CancellationToken cancellationToken) =>
        LeadId.TryParse(leadId, out var id) && await erasure.EraseAsync(id, cancellationToken) ? new NoContentResult() : Answers.Lead(null);

    /// <summary>Removes the tombstone of the key that the posted <see cref="LeadKeyOrder"/> names.</summary>
    [Function("LiftTombstoneOf")]
    [Needs(Permission.LeadsErase)]
    public async Task<IActionResult> LiftTombstoneAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "tombstones/lift")] HttpRequest request,
        CancellationToken cancellationToken) =>
        await RemoveTombstoneAsync(request, LeadKeyOrder.Read(await BoundedBody.ReadAsync(request, cancellationToken)), cancellationToken);

    /// <summary>Removes the tombstone of <c>?email=…</c> or <c>?connector=…&amp;id=…</c>.</summary>
    [Function("LiftTombstone")]
    [Needs(Permission.LeadsErase)]
    public async Task<IActionResult> RemoveTombstoneAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "tombstones")] HttpRequest request,
        CancellationToken cancellationToken) =>
        await RemoveTombstoneAsync(
            request, new(request.Query["email"], request.Query["connector"], request.Query["id"]), cancellationToken);

    private async Task<IActionResult> RemoveTombstoneAsync(HttpRequest request, LeadKeyOrder order, CancellationToken cancellationToken)
    {
        if (!leads.TryReadKey(order.Email, order.Connector, order.Id, out var key, out var fault))
        {
            return Answers.Problem(StatusCodes.Status400BadRequest, fault);
        }

        AuditTrail.Name(request, $"tombstone {keys.TableKeyOf(key)}");
        return await erasure.RemoveTombstoneAsync(key, cancellationToken)
            ? new NoContentResult()
            : Answers.Problem(StatusCodes.Status404NotFound, "No tombstone of this key.");
    }
}
