using Microsoft.AspNetCore.Http;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Http;

/// <summary>Answers of the host itself, as <c>application/problem+json</c>. They name no internals.</summary>
internal static class Problems
{
    private const string RetryAfterSeconds = "2";

    /// <summary>Answers with a status and its standard title.</summary>
    public static Task WriteAsync(HttpContext http, int status) => Results.Problem(statusCode: status).ExecuteAsync(http);

    /// <summary>Answers 503: no worker runs at the moment. Says when to ask again.</summary>
    public static Task WriteUnavailableAsync(HttpContext http)
    {
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return WriteAsync(http, StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>
    /// Answers with a status unless part of another answer is out already; then the connection is cut, so that nobody
    /// takes it for whole.
    /// </summary>
    public static Task ReplaceAsync(HttpContext http, int status)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        http.Response.Clear();
        return status == StatusCodes.Status503ServiceUnavailable ? WriteUnavailableAsync(http) : WriteAsync(http, status);
    }
}
