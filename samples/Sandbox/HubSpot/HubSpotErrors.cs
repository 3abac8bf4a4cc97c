using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>Errors in HubSpot's form.</summary>
internal static class HubSpotErrors
{
    public static IResult From(HubSpotException refused) => TypedResults.Json(Body(refused.Category, refused.Message), statusCode: refused.Status);

    public static IResult ForStatus(int status, string? category)
    {
        if (status == 429)
        {
            return TypedResults.Json(RateLimited(category ?? "TEN_SECONDLY_ROLLING"), statusCode: 429);
        }

        var (usual, message) = status switch
        {
            401 => ("INVALID_AUTHENTICATION", "Authentication credentials not found. This API supports OAuth 2.0 authentication."),
            403 => ("MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call."),
            404 => ("OBJECT_NOT_FOUND", "resource not found"),
            409 => ("CONFLICT", "The object was changed by someone else."),
            423 => ("LOCKED", "The resource is locked. Try again in two seconds."),
            >= 500 => ("INTERNAL_ERROR", "internal error"),
            _ => ("VALIDATION_ERROR", "The request is not valid."),
        };
        return TypedResults.Json(Body(category ?? usual, message), statusCode: status);
    }

    public static JsonObject Body(string category, string message) => new()
    {
        ["status"] = "error",
        ["message"] = message,
        ["correlationId"] = Guid.NewGuid().ToString(),
        ["category"] = category,
    };

    private static JsonObject RateLimited(string policy) => new()
    {
        ["status"] = "error",
        ["message"] = policy == "DAILY" ? "You have reached your daily limit." : "You have reached your ten_secondly_rolling limit.",
        ["errorType"] = "RATE_LIMIT",
        ["correlationId"] = Guid.NewGuid().ToString(),
        ["policyName"] = policy,
        ["requestId"] = Guid.NewGuid().ToString(),
    };
}
