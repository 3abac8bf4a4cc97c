using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Ops.Parked;

/// <summary>Lists, replays and drops parked deliveries.</summary>
internal sealed class ParkedFunction(ParkedDeliveryStore store, ParkedFlow parked)
{
    private const int PerPage = 100, LongestReason = 80;

    /// <summary>Rejects unknown properties: a misspelt filter would widen the replay.</summary>
    private static readonly JsonSerializerOptions Strict = new(HubJson.Options)
    { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Lists the parked deliveries, oldest first, a page at a time. Bodies are left out.</summary>
    [Function("ListParked")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "parked")] HttpRequest request, CancellationToken cancellationToken)
    {
        DateTimeOffset since = default;
        if (Text(request, "since") is { } from
            && !DateTimeOffset.TryParse(from, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out since))
        {
            return Answers.Problem(
                StatusCodes.Status400BadRequest, "The value of since is not an instant in ISO 8601.", "For example 2026-03-02T00:00:00Z.");
        }

        var filter = new ParkedFilter(null, Text(request, "reason"), Text(request, "connector"),
            Text(request, "since") is null ? null : since);
        var page = await store.ListAsync(filter, PerPage, Text(request, "after"), cancellationToken);
        return new OkObjectResult(new ParkedListView(page, page.Count == PerPage ? page[^1].Id : null));
    }

    /// <summary>Queues again what matches <c>{"id"|"reason"|"connector":"…","dryRun":true}</c>.</summary>
    [Function("ReplayParked")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> ReplayAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "parked/replay")] HttpRequest request,
        CancellationToken cancellationToken) =>
        await ReadAsync(request, cancellationToken) is { } order && (order.Id ?? order.Reason ?? order.Connector) is not null
            ? new OkObjectResult(await parked.ReplayAsync(
                new(order.Id, order.Reason, order.Connector, null), order.DryRun, cancellationToken))
            : Answers.Problem(
                StatusCodes.Status400BadRequest, "The request does not say which deliveries it is about.",
                """Send JSON of the form {"id":"…","reason":"…","connector":"…","dryRun":true} """
                    + "with at least one of the first three.");

    /// <summary>Removes a delivery for good. <c>?reason=</c> says why, for the audit.</summary>
    [Function("DropParked")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> DropAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "parked/{id}")] HttpRequest request, string id,
        CancellationToken cancellationToken)
    {
        if (Text(request, "reason") is not { Length: <= LongestReason } reason
            || !reason.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '-'))
        {
            return Answers.Problem(
                StatusCodes.Status400BadRequest, "Say why in ?reason=….",
                $"At most {LongestReason} letters, digits, spaces and hyphens, for example ?reason=test-data. It stays in the audit.");
        }

        AuditTrail.Name(request, $"parked {id} {reason}");
        return await parked.DropAsync(id, cancellationToken)
            ? new NoContentResult()
            : Answers.Problem(StatusCodes.Status404NotFound, "No such delivery is parked.", "GET /api/parked lists them.");
    }

    private static string? Text(HttpRequest request, string name) =>
        string.IsNullOrWhiteSpace(request.Query[name]) ? null : request.Query[name].ToString().Trim();

    private static async Task<Order?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize<Order>(await BoundedBody.ReadAsync(request, cancellationToken), Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Order(string? Id = null, string? Reason = null, string? Connector = null, bool DryRun = false);
}

/// <summary>A page of parked deliveries.</summary>
/// <param name="Next">The value of <c>after</c> for the next page; null for the last.</param>
internal sealed record ParkedListView(IReadOnlyList<ParkedDelivery> Parked, string? Next);
