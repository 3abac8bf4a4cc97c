using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Sandbox.Dynamics;

/// <summary>The paths of the Web API, and of its sign-in.</summary>
internal static partial class DynamicsEndpoints
{
    private const string Base = "/dynamics/api/data/v9.2/";

    public static void MapDynamics(this WebApplication app)
    {
        var state = app.Services.GetRequiredService<DynamicsState>();
        app.MapPost("/dynamics/{tenant}/oauth2/v2.0/token", (string tenant, HttpRequest request) => TokenAsync(state, tenant, request));
        app.Map(Base + "{**path}", (string path, HttpContext context) => AnswerAsync(state, path, context));
    }

    private static async Task<IResult> TokenAsync(DynamicsState state, string tenant, HttpRequest request)
    {
        var (form, options) = (await request.ReadFormAsync(), state.Options);
        return tenant == options.TenantId && form["grant_type"] == "client_credentials" && form["client_id"] == options.ClientId
            && form["client_secret"] == options.ClientSecret && form["scope"].ToString().EndsWith("/.default", StringComparison.Ordinal)
            ? TypedResults.Json(new JsonObject { ["token_type"] = "Bearer", ["expires_in"] = 3599, ["access_token"] = state.Grant() })
            : TypedResults.Json(new JsonObject { ["error"] = "invalid_client", ["error_description"] = "AADSTS7000215" }, statusCode: 401);
    }

    private static async Task<IResult> AnswerAsync(DynamicsState state, string path, HttpContext context)
    {
        var token = context.Request.Headers.Authorization.ToString();
        if (!token.StartsWith("Bearer ", StringComparison.Ordinal) || !state.IsGranted(token[7..]))
        {
            return DynamicsErrors.Of(401, "0x80072560", "The user is not a member of the organization.");
        }

        var place = Place().Match(path);
        if (!place.Success || !DynamicsState.Knows(place.Groups["set"].Value))
        {
            return DynamicsErrors.Of(404, "0x8006088a", "Resource not found for the segment.");
        }

        var (set, id) = (place.Groups["set"].Value, place.Groups["id"]);
        try
        {
            return (context.Request.Method, id.Success) switch
            {
                ("GET", false) => List(state, set, context.Request),
                ("GET", true) => Find(state, set, id.Value) is { } found
                    ? TypedResults.Json(Row(found, null)) : DynamicsErrors.Of(404, "0x80040217", "Does not exist"),
                ("PATCH", true) => await WriteAsync(state, set, id.Value, context.Request),
                _ => DynamicsErrors.Of(405, "0x80060888", "The HTTP method is not supported."),
            };
        }
        catch (FormatException wrong)
        {
            return DynamicsErrors.Of(400, "0x80060888", wrong.Message);
        }
    }

    private static IResult List(DynamicsState state, string set, HttpRequest request)
    {
        var (query, prefer) = (request.Query, request.Headers["Prefer"].ToString());
        if (query["$filter"].ToString() is { Length: > 0 } text)
        {
            var filter = new DynamicsFilter(text);
            var found = state.Snapshot(set).Rows.Where(row => !row.IsDeleted && filter.Holds(row.Columns));
            return Page(set, found.Select(row => Row(row, null)), null);
        }

        return Changes(state, set, request, prefer);
    }

    /// <summary>Answers a page of changes: all rows at first, and then what changed since a token.</summary>
    private static IResult Changes(DynamicsState state, string set, HttpRequest request, string prefer)
    {
        var (version, rows) = state.Snapshot(set);
        var (delta, skip) = (request.Query["$deltatoken"].ToString(), request.Query["$skiptoken"].ToString());
        string[] position = skip.Length > 0 ? skip.Split('!') : [delta.Length > 0 ? delta : "0", $"{version}", "0"];
        var (since, until, from) = (Number(position[0]), Number(position[1]), (int)Number(position[2]));
        if (since != 0 && since < state.OldestToken)
        {
            return DynamicsErrors.Of(410, "0x80044352", "The change token has expired.");
        }

        var asked = MaxPageSize().Match(prefer);
        var size = Math.Min(asked.Success ? (int)Number(asked.Groups[1].Value) : 5_000, state.PageSize);
        var changed = rows.Where(row => row.Version > since && row.Version <= until && (since > 0 || !row.IsDeleted)).ToList();
        var link = $"{request.Scheme}://{request.Host}{Base}{set}?$select={Uri.EscapeDataString(request.Query["$select"].ToString())}";
        var isTracked = prefer.Contains("odata.track-changes", StringComparison.Ordinal) || since > 0;
        var next = from + size < changed.Count
            ? ("@odata.nextLink", $"{link}&$skiptoken={Uri.EscapeDataString($"{since}!{until}!{from + size}")}")
            : isTracked ? ("@odata.deltaLink", $"{link}&$deltatoken={until}") : ((string, string)?)null;
        return Page(set, changed.Skip(from).Take(size).Select(row => Row(row, set)), next);
    }

    private static IResult Page(string set, IEnumerable<JsonObject> rows, (string Name, string Link)? next)
    {
        var page = new JsonObject { ["@odata.context"] = $"https://acme.crm.dynamics.com/api/data/v9.2/$metadata#{set}/$delta", ["value"] = new JsonArray([.. rows]) };
        if (next is var (name, link))
        {
            page[name] = link;
        }

        return TypedResults.Json(page);
    }

    private static JsonObject Row(DynamicsRow row, string? set)
    {
        if (row.IsDeleted)
        {
            return new() { ["@odata.context"] = $"https://acme.crm.dynamics.com/api/data/v9.2/$metadata#{set}/$deletedEntity", ["id"] = row.Id, ["reason"] = "deleted" };
        }

        var shown = new JsonObject { ["@odata.etag"] = $"W/\"{row.Version}\"" };
        foreach (var (name, value) in row.Columns)
        {
            if (name is "ownerid" or "createdby" or "modifiedby" or "masterid" or "parentcontactid" or "regardingobjectid"
                || (name == "transactioncurrencyid" && row.Columns.ContainsKey("opportunityid")))
            {
                var parts = $"{value}".Split(':');
                shown[$"_{name}_value"] = value is null ? null : parts[^1];
                shown[$"_{name}_value@Microsoft.Dynamics.CRM.lookuplogicalname"] = parts.Length > 1 ? parts[0] : name == "ownerid" ? "systemuser" : null;
            }
            else
            {
                shown[name] = value?.DeepClone();
            }
        }

        return shown;
    }

    private static DynamicsRow? Find(DynamicsState state, string set, string id) => AlternateKey().Match(id) is { Success: true } key
        ? state.Options.AlternateKeys.Contains($"{set}.{key.Groups["column"].Value}")
            ? state.Snapshot(set).Rows.FirstOrDefault(row => !row.IsDeleted && $"{row.Columns[key.Groups["column"].Value]}" == key.Groups["value"].Value)
            : throw new FormatException("There is no such alternate key.")
        : state.Snapshot(set).Rows.FirstOrDefault(row => !row.IsDeleted && row.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    private static async Task<IResult> WriteAsync(DynamicsState state, string set, string id, HttpRequest request)
    {
        var found = Find(state, set, id);
        if (found is null && request.Headers.IfMatch == "*")
        {
            return DynamicsErrors.Of(404, "0x80040217", "Does not exist");
        }

        var body = await BodyAsync(request);
        if (state.Refuses is { } refused && body.ToJsonString().Contains(refused, StringComparison.Ordinal))
        {
            return DynamicsErrors.Of(400, "0x80044330", "A validation error occurred.");
        }

        var columns = body.Select(given => ColumnOf(given.Key, given.Value)).ToList();
        var key = AlternateKey().Match(id);
        if (found is null && key.Success)
        {
            columns.Add((key.Groups["column"].Value, key.Groups["value"].Value));
        }

        state.Write(set, found?.Id ?? (key.Success ? $"{Guid.NewGuid()}" : id.ToLowerInvariant()), columns, state.Options.ApplicationUserId, found is null ? "Create" : "Update");
        return TypedResults.StatusCode(found is null ? 201 : 204);
    }

    private static async Task<JsonObject> BodyAsync(HttpRequest request)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body) as JsonObject ?? throw new FormatException("The body is not an object.");
        }
        catch (JsonException wrong)
        {
            throw new FormatException(wrong.Message, wrong);
        }
    }

    /// <summary>Returns the column of a member: a bound record is a lookup.</summary>
    private static (string Column, JsonNode? Value) ColumnOf(string member, JsonNode? value)
    {
        if (Bound().Match(member) is not { Success: true } bound || Place().Match($"{value}".TrimStart('/')) is not { Success: true } place)
        {
            return (member, value);
        }

        var (column, id, set) = (bound.Groups["column"].Value, place.Groups["id"].Value, place.Groups["set"].Value);
        return column is "regardingobjectid" or "objectid" ? (column, $"{set[..^1]}:{id}") : (column, id);
    }

    private static long Number(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException("A token is not one of this environment.");

    [GeneratedRegex(@"^(?<set>[a-z]+)(?:\((?<id>[^)]*)\))?$")]
    private static partial Regex Place();

    [GeneratedRegex(@"^(?<column>[a-z_0-9]+)='(?<value>[^']*)'$")]
    private static partial Regex AlternateKey();

    [GeneratedRegex(@"^(?<column>[a-z]+)(?:_[a-z]+)*@odata\.bind$")]
    private static partial Regex Bound();

    [GeneratedRegex(@"odata\.maxpagesize=(\d{1,4})")]
    private static partial Regex MaxPageSize();
}
