using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>The paths of Salesforce's API.</summary>
internal static partial class SalesforceEndpoints
{
    public const string Base = "/services/data/v{version}";

    public static void MapSalesforce(this WebApplication app)
    {
        var state = app.Services.GetRequiredService<SalesforceState>();
        app.MapPost("/salesforce/services/oauth2/token", (HttpRequest request) => TokenAsync(state, request));

        var api = app.MapGroup("/salesforce").AddEndpointFilter((context, next) => GuardAsync(state, context, next));
        api.MapGet(Base + "/query", (string version, string? q, HttpRequest request) => Query(state, version, q, request, withDeleted: false));
        api.MapGet(Base + "/queryAll", (string version, string? q, HttpRequest request) => Query(state, version, q, request, withDeleted: true));
        api.MapGet(Base + "/query/{locator}", (string version, string locator) => TypedResults.Json(state.Cursors.Next(locator, version)));
        api.MapGet(Base + "/limits", (SalesforceOptions options) => TypedResults.Json(new JsonObject
        {
            ["DailyApiRequests"] = new JsonObject { ["Max"] = options.DailyRequests, ["Remaining"] = Math.Max(0, options.DailyRequests - state.Access.Used) },
        }));
        api.MapSalesforceRecords(state);
        api.MapSalesforceComposites(state);
        api.Map("/{**path}", IResult () => throw SalesforceException.NotFound());
    }

    public static async Task<JsonObject> BodyAsync(HttpRequest request)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body) as JsonObject ?? throw new SalesforceException(400, "JSON_PARSER_ERROR", "The body is not an object.");
        }
        catch (JsonException unreadable)
        {
            throw new SalesforceException(400, "JSON_PARSER_ERROR", unreadable.Message);
        }
    }

    private static async Task<IResult> TokenAsync(SalesforceState state, HttpRequest request) => request.HasFormContentType
        ? state.Access.Token(await request.ReadFormAsync(), $"{request.Scheme}://{request.Host}/salesforce", state.ApiUser)
        : TypedResults.Json(new { error = "invalid_request", error_description = "must use HTTP POST with a form" }, statusCode: 400);

    private static IResult Query(SalesforceState state, string version, string? soql, HttpRequest request, bool withDeleted)
    {
        if (string.IsNullOrWhiteSpace(soql))
        {
            throw SalesforceException.Malformed("A query string has to be specified");
        }

        var asked = BatchSize().Match(request.Headers["Sforce-Query-Options"].ToString());
        var pageSize = asked.Success ? Math.Clamp(int.Parse(asked.Groups[1].ValueSpan, CultureInfo.InvariantCulture), 200, state.PageSize) : state.PageSize;
        var (records, total) = state.Query(soql, version, withDeleted);
        return TypedResults.Json(state.Cursors.First(records, total, pageSize, version));
    }

    [GeneratedRegex(@"batchSize=(\d{1,4})")]
    private static partial Regex BatchSize();

    private static async ValueTask<object?> GuardAsync(SalesforceState state, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (state.Access.Refusal(context.HttpContext) is { } refusal)
        {
            return SalesforceErrors.From(refusal);
        }

        try
        {
            return await next(context);
        }
        catch (SalesforceException refused)
        {
            return SalesforceErrors.From(refused);
        }
        catch (InvalidOperationException unexpected)
        {
            // A JSON value of another kind than the API wants.
            return SalesforceErrors.From(new(400, "JSON_PARSER_ERROR", unexpected.Message));
        }
    }
}
