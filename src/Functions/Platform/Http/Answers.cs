using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace IntegrationHub.Functions.Platform.Http;

/// <summary>HTTP answers that all endpoints share.</summary>
internal static class Answers
{
    /// <summary>Returns the lead, or 404 when there is none.</summary>
    public static ObjectResult Lead(object? lead) =>
        lead is null ? Problem(StatusCodes.Status404NotFound, "No such lead.") : new OkObjectResult(lead);

    /// <summary>Returns a problem document.</summary>
    /// <param name="detail">What the caller can do; null when the title says all.</param>
    public static ObjectResult Problem(int status, string title, string? detail = null) =>
        new(new ProblemDetails { Status = status, Title = title, Detail = detail })
        {
            StatusCode = status,
            ContentTypes = { "application/problem+json" },
        };
}
