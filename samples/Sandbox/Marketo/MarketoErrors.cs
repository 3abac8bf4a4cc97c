using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Marketo;

/// <summary>Refusals in Marketo's form: HTTP 200 with a code.</summary>
internal static class MarketoErrors
{
    public static IResult Of(string code, string message) => TypedResults.Json(new JsonObject
    {
        ["requestId"] = "sandbox#1", ["success"] = false,
        ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }),
    });

    /// <summary>The refusal that another vendor would give by a status.</summary>
    public static IResult ForStatus(int status, string? code) => Of(
        code ?? status switch
        {
            401 => "602",
            403 => "603",
            404 => "610",
            429 => "606",
            503 => "608",
            >= 500 => "611",
            _ => "1003",
        },
        "The sandbox was told to refuse.");
}
