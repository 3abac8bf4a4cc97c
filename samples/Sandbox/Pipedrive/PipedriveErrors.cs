using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Pipedrive;

/// <summary>Errors in Pipedrive's form.</summary>
internal static class PipedriveErrors
{
    public static IResult Of(int status, string error) => TypedResults.Json(
        new JsonObject { ["success"] = false, ["error"] = error, ["error_info"] = "https://developers.pipedrive.com", ["errorCode"] = status, ["data"] = null },
        statusCode: status);

    public static IResult ForStatus(int status, string? code) => status == 403 && code is null
        ? TypedResults.Content("<html><body>Attention Required! | Cloudflare</body></html>", "text/html; charset=utf-8", statusCode: 403)
        : Of(status, code ?? (status == 429 ? "request over limit" : "something went wrong"));
}
