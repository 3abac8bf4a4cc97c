using System.Globalization;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Handoffs;

internal sealed class ReturnsFunction(ReturnFlow returns)
{
    /// <summary>Counts returns by reason, of one campaign with <c>?campaign=…</c>, in a period with
    /// <c>?from=…&amp;to=…</c>.</summary>
    [Function("ListReturns")]
    [Needs(Permission.FiguresRead)]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "returns")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (!TryRead(request.Query["from"], out var from) || !TryRead(request.Query["to"], out var to))
        {
            return Answers.Problem(StatusCodes.Status400BadRequest, "Write from and to as 2026-03-02 or 2026-03-02T09:00:00Z.");
        }

        if (!PageAnswers.TryRead(request, out var page, out var fault))
        {
            return fault;
        }

        var report = await returns.ReportAsync(request.Query["campaign"], from, to, page, cancellationToken);
        return PageAnswers.Of(request, report.Items, report.Next);
    }

    /// <summary>Parses a time, in UTC when it has no offset.</summary>
    private static bool TryRead(string? text, out DateTimeOffset? time)
    {
        var read = DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed);
        time = read ? parsed : null;
        return read || string.IsNullOrEmpty(text);
    }
}
