using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Parity;

/// <summary>Shows how the people of the tools compare.</summary>
internal sealed class ParityFunction(ParityFlow parity, ParityStore store)
{
    /// <summary>Lists the last report of each pair of tools.</summary>
    [Function("ListParity")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> ReportsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "parity")] HttpRequest request, CancellationToken cancellationToken) =>
        new OkObjectResult(new ParityView(await store.ReportsAsync(cancellationToken)));

    /// <summary>Lists a page of the people whom a tool lacks. <c>?cause=</c> names one cause.</summary>
    [Function("ListMissing")]
    [Needs(Permission.OpsRead)]
    public async Task<IActionResult> MissingAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "parity/{from}/{to}")] HttpRequest request, string from, string to,
        CancellationToken cancellationToken)
    {
        if (!PageAnswers.TryRead(request, out var page, out var fault))
        {
            return fault;
        }

        var asked = (string?)request.Query["cause"];
        ParityCause? cause = null;
        if (!string.IsNullOrEmpty(asked))
        {
            if (!Enum.TryParse<ParityCause>(asked, ignoreCase: true, out var known) || !Enum.IsDefined(known))
            {
                return Answers.Problem(
                    StatusCodes.Status400BadRequest, "The cause is unknown.",
                    $"The causes are {string.Join(", ", Enum.GetNames<ParityCause>().Select(name => name.ToLowerInvariant()))}.");
            }

            cause = known;
        }

        return await store.ListAsync(from, to, cause, page, cancellationToken) is { } missing
            ? PageAnswers.Of(request, new MissingView(missing.Items), missing.Next)
            : Answers.Problem(
                StatusCodes.Status404NotFound, "These tools were not compared yet.", "GET /api/parity lists the pairs that were.");
    }

    /// <summary>Compares now, for some seconds. <c>?go=on</c> goes on with what was begun and begins nothing.</summary>
    [Function("CompareNow")]
    [Needs(Permission.OpsReplay)]
    public async Task<IActionResult> CompareAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "parity")] HttpRequest request, CancellationToken cancellationToken) =>
        new OkObjectResult(await parity.RunNowAsync(begin: request.Query["go"] != "on", cancellationToken));
}

/// <summary>The last report of each pair of tools.</summary>
internal sealed record ParityView(IReadOnlyList<ParityReport> Pairs);

/// <summary>A page of the people whom a tool lacks.</summary>
internal sealed record MissingView(IReadOnlyList<MissingPerson> Missing);
