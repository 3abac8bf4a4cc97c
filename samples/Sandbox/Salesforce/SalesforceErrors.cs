using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>Errors in Salesforce's form: an array.</summary>
internal static class SalesforceErrors
{
    public static IResult From(SalesforceException refused) => TypedResults.Json(new JsonArray(Body(refused)), statusCode: refused.Status);

    public static IResult ForStatus(int status, string? errorCode) => From(status switch
    {
        401 => new(status, errorCode ?? "INVALID_SESSION_ID", "Session expired or invalid"),
        403 => new(status, errorCode ?? "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        404 => new(status, errorCode ?? "NOT_FOUND", "The requested resource does not exist"),
        503 => new(status, errorCode ?? "SERVER_UNAVAILABLE", "We are temporarily unavailable; try again in a moment."),
        >= 500 => new(status, errorCode ?? "UNKNOWN_EXCEPTION", "An unexpected error occurred."),
        _ => new(status, errorCode ?? "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
    });

    public static JsonObject Body(SalesforceException refused)
    {
        var body = new JsonObject { ["message"] = refused.Message, ["errorCode"] = refused.ErrorCode };
        if (refused.Fields.Count > 0 || refused.ErrorCode is "REQUIRED_FIELD_MISSING")
        {
            body["fields"] = new JsonArray([.. refused.Fields.Select(field => (JsonNode)field)]);
        }

        return body;
    }
}
