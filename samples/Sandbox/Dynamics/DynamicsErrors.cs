using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Dynamics;

/// <summary>Errors in the Web API's form.</summary>
internal static class DynamicsErrors
{
    public static IResult Of(int status, string code, string message) =>
        TypedResults.Json(new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } }, statusCode: status);

    public static IResult ForStatus(int status, string? code) => status == 429
        ? Of(status, code ?? "0x80072322", "Number of requests exceeded the limit of 6000 over the time window of 300 seconds.")
        : Of(status, code ?? "0x80040216", "An unexpected error occurred.");
}
