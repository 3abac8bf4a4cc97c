using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Pipedrive;

/// <summary>The paths of Pipedrive's API, of both versions.</summary>
internal static class PipedriveEndpoints
{
    public static void MapPipedrive(this WebApplication app)
    {
        var state = app.Services.GetRequiredService<PipedriveState>();
        var options = app.Services.GetRequiredService<PipedriveOptions>();
        var api = app.MapGroup("/pipedrive").AddEndpointFilter(async (context, next) =>
            state.Access.Refusal(context.HttpContext) is { } refusal ? refusal : await next(context));

        api.MapGet("/api/v2/persons/search", (string term) => Success(new JsonObject
        {
            ["items"] = new JsonArray([.. state.All("persons").Where(person => HasAddress(person, term))
                .Select(person => new JsonObject { ["item"] = new JsonObject { ["id"] = person["id"]!.DeepClone() } })]),
        }));
        api.MapGet("/api/v2/deals/archived", (HttpRequest request) => List(state, "deals", request, deal => (bool?)deal["is_archived"] == true));
        api.MapGet("/api/v2/{type}", (string type, HttpRequest request) =>
            List(state, type, request, record => type != "deals" || (bool?)record["is_archived"] != true));
        api.MapGet("/api/v2/{type}/{id}", (string type, string id) =>
            state.Get(type, id) is { } record && !PipedriveState.IsDeleted(record) ? Success(record) : NotFound(type));
        api.MapPost("/api/{version}/{type}", async (string version, string type, HttpRequest request) =>
            await FieldsAsync(state, request) is { } fields
                ? Success(state.Insert(type, fields, options.ApiUserId, byApi: true), 201)
                : PipedriveErrors.Of(400, "validation failed"));
        api.MapPatch("/api/v2/{type}/{id}", async (string type, string id, HttpRequest request) =>
            await FieldsAsync(state, request) is not { } fields ? PipedriveErrors.Of(400, "validation failed")
            : state.Change(type, id, fields, options.ApiUserId, byApi: true) is { } changed ? Success(changed)
            : NotFound(type));
        api.MapGet("/api/v1/{type}", (string type, HttpRequest request) => ListByOffset(state, type, request));
    }

    private static IResult NotFound(string type) => PipedriveErrors.Of(404, $"{type} not found");

    private static IResult Success(JsonNode data, int status = 200) =>
        TypedResults.Json(new JsonObject { ["success"] = true, ["data"] = data }, statusCode: status);

    private static bool HasAddress(JsonObject person, string term) => person["emails"] is JsonArray emails
        && emails.Any(email => term.Equals((string?)email!["value"], StringComparison.OrdinalIgnoreCase));

    /// <summary>Answers a page by cursor, as version 2 does.</summary>
    private static IResult List(PipedriveState state, string type, HttpRequest request, Func<JsonObject, bool> isListed)
    {
        var query = request.Query;
        var since = query["updated_since"].ToString();
        if (since.Contains('.', StringComparison.Ordinal))
        {
            return PipedriveErrors.Of(400, "updated_since must be RFC 3339 without milliseconds");
        }

        var (ids, person) = (query["ids"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries), query["person_id"].ToString());
        var isDeleted = query["status"] == "deleted";
        var rows = state.AllWithDeleted(type)
            .Where(record => PipedriveState.IsDeleted(record) == isDeleted && (isDeleted || isListed(record)))
            .Where(record => ids.Length == 0 || ids.Contains(PipedriveState.Id(record)))
            .Where(record => person.Length == 0 || $"{record["person_id"]}" == person)
            .Where(record => since.Length == 0 || string.CompareOrdinal((string?)record["update_time"], since) >= 0)
            .OrderBy(record => (string?)record["update_time"], StringComparer.Ordinal).ToList();
        var from = query["cursor"].ToString() is { Length: > 0 } cursor
            ? int.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(cursor)), CultureInfo.InvariantCulture) : 0;
        var size = Math.Min(int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var limit) ? limit : 100, state.PageSize);
        var next = from + size < rows.Count ? Convert.ToBase64String(Encoding.UTF8.GetBytes($"{from + size}")) : null;
        return TypedResults.Json(new JsonObject
        {
            ["success"] = true, ["data"] = new JsonArray([.. rows.Skip(from).Take(size)]),
            ["additional_data"] = new JsonObject { ["next_cursor"] = next },
        });
    }

    /// <summary>Answers a page by offset, as version 1 does.</summary>
    private static IResult ListByOffset(PipedriveState state, string type, HttpRequest request)
    {
        var person = request.Query["person_id"].ToString();
        var rows = state.All(type).Where(record => person.Length == 0 || $"{record["person_id"]}" == person).Reverse().ToList();
        var start = int.TryParse(request.Query["start"], CultureInfo.InvariantCulture, out var given) ? given : 0;
        var size = Math.Min(int.TryParse(request.Query["limit"], CultureInfo.InvariantCulture, out var limit) ? limit : 100, state.PageSize);
        var more = start + size < rows.Count;
        return TypedResults.Json(new JsonObject
        {
            ["success"] = true, ["data"] = new JsonArray([.. rows.Skip(start).Take(size)]),
            ["additional_data"] = new JsonObject
            {
                ["pagination"] = new JsonObject { ["start"] = start, ["more_items_in_collection"] = more, ["next_start"] = more ? start + size : null },
            },
        });
    }

    private static async Task<List<(string, JsonNode?)>?> FieldsAsync(PipedriveState state, HttpRequest request)
    {
        try
        {
            var body = await JsonNode.ParseAsync(request.Body) as JsonObject;
            return body is null || (state.Refuses is { } refused && body.ToJsonString().Contains(refused, StringComparison.Ordinal))
                ? null
                : [.. body.Select(field => (field.Key, field.Value))];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
