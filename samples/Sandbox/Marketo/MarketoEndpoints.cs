using System.Globalization;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Marketo;

/// <summary>The paths of Marketo's API.</summary>
internal static class MarketoEndpoints
{
    public static void MapMarketo(this WebApplication app)
    {
        var state = app.Services.GetRequiredService<MarketoState>();
        app.MapPost("/marketo/identity/oauth/token", (HttpRequest request) =>
            state.Access.Token(request.Query["client_id"], request.Query["client_secret"]));

        var api = app.MapGroup("/marketo/rest/v1").AddEndpointFilter((context, next) =>
            state.Access.Refusal(context.HttpContext) is { } refusal ? ValueTask.FromResult<object?>(refusal) : next(context));
        api.MapGet("/activities/pagingtoken.json", (DateTimeOffset sinceDatetime) =>
            TypedResults.Json(new JsonObject { ["success"] = true, ["nextPageToken"] = state.TokenOf(sinceDatetime) }));
        api.MapGet("/activities.json", (string activityTypeIds, string nextPageToken, string? leadIds) => Activities(
            state, Numbers(activityTypeIds), leadIds is null ? null : Numbers(leadIds), nextPageToken));
        api.MapGet("/activities/leadchanges.json", (string fields, string nextPageToken) => Page(state.Page(
            nextPageToken, activity => activity.Type == 12
                || (activity.Type == 13 && fields.Split(',').Contains((string?)activity.Details["fields"]![0]!["name"])))));
        api.MapGet("/activities/deletedleads.json", (string nextPageToken) =>
            Page(state.Page(nextPageToken, activity => activity.Type == 37)));
        api.MapPost("/activities/external.json", (JsonObject body) => AddActivities(state, body));
        api.MapGet("/leads.json", (string filterType, string filterValues, string fields) => filterType == "id"
            ? Found(state.Leads(Numbers(filterValues), fields.Split(',')))
            : MarketoErrors.Of("1003", "Only the filter id is played."));
        api.MapPost("/leads.json", (JsonObject body) => Write(state, body));
        api.MapGet("/leads/{id:int}/programMembership.json", (int id, int filterValues) => Found(
            state.StatusOf(id, filterValues) is { } status
                ? [new JsonObject { ["id"] = filterValues, ["progressionStatus"] = status }] : []));
        api.MapPost("/programs/{toId:int}/members/status.json", (int toId, JsonObject body) => WriteStatus(state, toId, body));
        api.MapGet("/lists/{toId:int}/leads/ismember.json", (int toId, int id) => Found([new JsonObject
        {
            ["id"] = id, ["status"] = state.ListsOf(id).Contains(toId) ? "memberof" : "notmemberof",
        }]));
        api.MapPost("/lists/{toId:int}/leads.json", (int toId, int id) =>
        {
            state.AddToList(id, toId);
            return Found([new JsonObject { ["id"] = id, ["status"] = "added" }]);
        });
        api.Map("/{**path}", () => MarketoErrors.Of("610", "Requested resource not found"));
    }

    private static IResult Activities(MarketoState state, IReadOnlyList<int> types, IReadOnlyList<int>? leads, string token) =>
        types.Count > 10
            ? MarketoErrors.Of("1003", "At most ten activity types.")
            : Page(state.Page(token, activity => types.Contains(activity.Type) && leads?.Contains(activity.Lead) != false));

    private static IResult AddActivities(MarketoState state, JsonObject body)
    {
        foreach (var activity in body["input"]!.AsArray().OfType<JsonObject>())
        {
            state.Act((int)activity["activityTypeId"]!, (int)activity["leadId"]!, new()
            {
                ["primaryAttributeValue"] = activity["primaryAttributeValue"]?.DeepClone(),
                ["attributes"] = activity["attributes"]?.DeepClone(),
            });
        }

        return Found([new JsonObject { ["status"] = "added" }]);
    }

    private static IResult Write(MarketoState state, JsonObject body)
    {
        var results = new JsonArray();
        foreach (var input in body["input"]!.AsArray().OfType<JsonObject>())
        {
            var id = (int)input["id"]!;
            var fields = input.Where(field => field.Key != "id").Select(field => (field.Key, field.Value?.ToString())).ToArray();
            results.Add(state.Update(id, fields)
                ? new JsonObject { ["id"] = id, ["status"] = "updated" }
                : Skipped("1004", "Lead not found"));
        }

        return Found(results);
    }

    private static IResult WriteStatus(MarketoState state, int program, JsonObject body)
    {
        var lead = (int)body["input"]![0]!["leadId"]!;
        var status = (string)body["statusName"]!;
        if (state.StatusOf(lead, program) == status)
        {
            return Found([Skipped("1037", "Lead is already in or past this status")]);
        }

        state.SetStatus(lead, program, status);
        return Found([new JsonObject { ["leadId"] = lead, ["status"] = "updated" }]);
    }

    private static IResult Page(JsonObject? page) =>
        page is null ? MarketoErrors.Of("1003", "Invalid next page token") : TypedResults.Json(page);

    private static JsonObject Skipped(string code, string message) => new()
    {
        ["status"] = "skipped", ["reasons"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }),
    };

    private static IResult Found(JsonArray result) =>
        TypedResults.Json(new JsonObject { ["requestId"] = "sandbox#1", ["success"] = true, ["result"] = result });

    private static List<int> Numbers(string text) =>
        [.. text.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
}
