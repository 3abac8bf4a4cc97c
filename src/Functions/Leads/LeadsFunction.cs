using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Leads;

internal sealed class LeadsFunction(LeadQuery leads)
{
    /// <summary>Returns a lead by the hub's id.</summary>
    [Function("GetLead")]
    [Needs(Permission.LeadsRead)]
    public async Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "leads/{leadId}")] HttpRequest request, string leadId,
        CancellationToken cancellationToken) =>
        !LeadAnswers.TryRead(request, out var page, out var fault) ? fault
            : LeadAnswers.Of(request, LeadId.TryParse(leadId, out var id) ? await leads.FindAsync(id, page, cancellationToken) : null);

    /// <summary>Returns the lead that the posted <see cref="LeadKeyOrder"/> names.</summary>
    [Function("LookUpLead")]
    [Needs(Permission.LeadsRead)]
    public async Task<IActionResult> LookUpAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "leads/find")] HttpRequest request, CancellationToken cancellationToken)
    {
        var order = LeadKeyOrder.Read(await BoundedBody.ReadAsync(request, cancellationToken));
        return await FindAsync(request, order, cancellationToken);
    }

    /// <summary>Returns a lead by e-mail address, or by a connector and a record id, in the query.</summary>
    [Function("FindLead")]
    [Needs(Permission.LeadsRead)]
    public async Task<IActionResult> FindAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "leads")] HttpRequest request, CancellationToken cancellationToken) =>
        await FindAsync(request, new LeadKeyOrder(request.Query["email"], request.Query["connector"], request.Query["id"]),
            cancellationToken);

    private async Task<IActionResult> FindAsync(HttpRequest request, LeadKeyOrder order, CancellationToken cancellationToken) =>
        !leads.TryReadKey(order.Email, order.Connector, order.Id, out var key, out var wrong)
            ? Answers.Problem(StatusCodes.Status400BadRequest, wrong)
            : !LeadAnswers.TryRead(request, out var page, out var fault) ? fault
            : LeadAnswers.Of(request, await leads.FindAsync(key, page, cancellationToken));
}
