using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>The paths of HubSpot's API.</summary>
internal static class HubSpotEndpoints
{
    public static void MapHubSpot(this WebApplication app)
    {
        var state = app.Services.GetRequiredService<HubSpotState>();
        app.MapPost("/hubspot/oauth/v1/token", (HttpRequest request) => TokenAsync(state, request));

        var api = app.MapGroup("/hubspot").AddEndpointFilter((context, next) => GuardAsync(state, context, next));
        api.MapHubSpotObjects(state);
        api.MapHubSpotBatches(state);
        api.MapHubSpotAssociations(state);
        api.MapHubSpotDefinitions(state);
        api.Map("/{**path}", IResult () => throw HubSpotException.NotFound());
    }

    /// <summary>Runs with the store locked.</summary>
    public static IResult Locked(this HubSpotState state, Func<HubSpotStore, IResult> act) => state.Do(act);

    public static async Task<JsonObject> BodyAsync(HttpRequest request, int most = int.MaxValue)
    {
        if (request.ContentLength > most)
        {
            throw HubSpotException.Invalid($"The request body is longer than {most} characters.");
        }

        try
        {
            return await JsonNode.ParseAsync(request.Body) as JsonObject ?? throw HubSpotException.Invalid("Invalid input JSON: not an object.");
        }
        catch (JsonException)
        {
            throw HubSpotException.Invalid("Invalid input JSON on line 1.");
        }
    }

    private static async Task<IResult> TokenAsync(HubSpotState state, HttpRequest request) => request.HasFormContentType
        ? state.Access.Token(await request.ReadFormAsync())
        : TypedResults.Json(HubSpotErrors.Body("VALIDATION_ERROR", "The request must be form-encoded."), statusCode: 415);

    private static async ValueTask<object?> GuardAsync(HubSpotState state, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (state.Access.Refusal(http) is { } refusal)
        {
            return HubSpotErrors.From(refusal);
        }

        var isSearch = http.Request.Path.Value!.EndsWith("/search", StringComparison.Ordinal);
        if (!isSearch && !state.Access.IsWithinLimit(http))
        {
            return HubSpotErrors.ForStatus(429, null);
        }

        try
        {
            return await next(context);
        }
        catch (HubSpotException refused)
        {
            return HubSpotErrors.From(refused);
        }
        catch (Exception unexpected) when (unexpected is InvalidOperationException or FormatException or JsonException)
        {
            // A JSON value of another kind than the API wants.
            return HubSpotErrors.From(HubSpotException.Invalid($"Invalid input JSON: {unexpected.Message}"));
        }
    }
}
