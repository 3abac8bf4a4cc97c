using System.Globalization;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>One object at a time, lists and search.</summary>
internal static class HubSpotObjectEndpoints
{
    public static void MapHubSpotObjects(this RouteGroupBuilder api, HubSpotState state)
    {
        const string objects = "/crm/v3/objects/{type}";
        api.MapGet(objects, (string type, HttpRequest request) => state.Locked(store => List(store, store.Type(type), request)));
        api.MapGet(objects + "/{id}", (string type, string id, HttpRequest request) => state.Locked(store => Read(store, store.Type(type), id, request)));
        api.MapPost(objects, async (string type, HttpRequest request) =>
        {
            var body = await HubSpotEndpoints.BodyAsync(request);
            return state.Locked(store => TypedResults.Json(HubSpotJson.Whole(Create(store, store.Type(type), body)), statusCode: 201));
        });
        api.MapPatch(objects + "/{id}", async (string type, string id, string? idProperty, HttpRequest request) =>
        {
            var body = await HubSpotEndpoints.BodyAsync(request);
            return state.Locked(store =>
            {
                var changed = store.Get(store.Type(type), id, idProperty);
                store.Update(changed, HubSpotJson.Properties(body), store.Api);
                return TypedResults.Json(HubSpotJson.Whole(changed));
            });
        });
        api.MapDelete(objects + "/{id}", (string type, string id) => state.Locked(store =>
        {
            if (store.Find(store.Type(type), id) is { } gone)
            {
                store.Archive(gone, store.Api);
            }

            return TypedResults.NoContent();
        }));
        api.MapPost(objects + "/search", async (string type, HttpRequest request) =>
        {
            var body = await HubSpotEndpoints.BodyAsync(request, most: 3000);
            return state.Locked(store => Search(store, store.Type(type), body));
        });
        api.MapPost(objects + "/merge", async (string type, HttpRequest request) =>
        {
            var body = await HubSpotEndpoints.BodyAsync(request);
            return state.Locked(store =>
            {
                HubSpotObject Named(string field) => store.Get(store.Type(type), body[field]?.ToString() ?? "");
                return TypedResults.Json(HubSpotJson.Whole(store.Merge(Named("primaryObjectId"), Named("objectIdToMerge"), newRecord: false, store.Api)));
            });
        });
        api.MapPost("/crm/v3/objects/contacts/gdpr-delete", async (HttpRequest request) =>
        {
            var body = await HubSpotEndpoints.BodyAsync(request);
            return state.Locked(store =>
            {
                var type = store.Type("contacts");
                if (store.Find(type, body["objectId"]?.ToString() ?? "", body["idProperty"]?.ToString()) is { } gone)
                {
                    store.PrivacyDelete(gone, store.Api);
                }

                return TypedResults.NoContent();
            });
        });
    }

    /// <summary>Creates an object with the ties it names; nothing is made when a tie's other end is missing.</summary>
    public static HubSpotObject Create(HubSpotStore store, HubSpotType type, JsonObject input)
    {
        var ties = (input["associations"] as JsonArray ?? []).OfType<JsonObject>()
            .SelectMany(tie => (tie["types"] as JsonArray ?? []).Select(each => (Id: tie["to"]?["id"]?.ToString() ?? "", TypeId: each!["associationTypeId"]!.GetValue<int>())))
            .Select(tie => (To: store.Get(store.Type(HubSpotAssociations.TargetOf(type, tie.TypeId)), tie.Id), tie.TypeId))
            .ToList();
        var created = store.Create(type, HubSpotJson.Properties(input), store.Api);
        foreach (var (to, typeId) in ties)
        {
            store.Associate(created, to, typeId, store.Api);
        }

        return created;
    }

    private static IResult Read(HubSpotStore store, HubSpotType type, string id, HttpRequest request)
    {
        var read = store.Get(type, id, request.Query["idProperty"], request.Query["archived"] == "true");
        return TypedResults.Json(Shown(store, read, request.Query));
    }

    private static IResult List(HubSpotStore store, HubSpotType type, HttpRequest request)
    {
        var query = request.Query;
        var limit = int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 10;
        if (limit is < 1 or > 100)
        {
            throw HubSpotException.Invalid("limit must be between 1 and 100.");
        }

        var after = long.TryParse(query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : 0;
        var archived = query["archived"] == "true";
        List<HubSpotObject> found = [.. store.All(type).Where(each => each.ArchivedAt is not null == archived && each.Id >= after).OrderBy(each => each.Id).Take(limit + 1)];
        var answer = new JsonObject { ["results"] = new JsonArray([.. found.Take(limit).Select(each => Shown(store, each, query))]) };
        if (found.Count > limit)
        {
            answer["paging"] = Paging($"{found[limit].Id}", $"{request.Path}?after={found[limit].Id}&limit={limit}");
        }

        return TypedResults.Json(answer);
    }

    private static IResult Search(HubSpotStore store, HubSpotType type, JsonObject body)
    {
        var (page, total, after) = HubSpotSearch.Run(store, type, body);
        var properties = HubSpotJson.Names(body["properties"]);
        var answer = new JsonObject
        {
            ["total"] = total,
            ["results"] = new JsonArray([.. page.Select(each => HubSpotJson.Shown(each, properties, []))]),
        };
        if (after is { } next)
        {
            answer["paging"] = Paging($"{next}", null);
        }

        return TypedResults.Json(answer);
    }

    private static JsonObject Paging(string after, string? link)
    {
        var next = new JsonObject { ["after"] = after };
        if (link is not null)
        {
            next["link"] = link;
        }

        return new() { ["next"] = next };
    }

    private static JsonObject Shown(HubSpotStore store, HubSpotObject shown, IQueryCollection query)
    {
        var json = HubSpotJson.Shown(shown, HubSpotJson.Names(query, "properties"), HubSpotJson.Names(query, "propertiesWithHistory"));
        var ties = new JsonObject();
        foreach (var to in HubSpotJson.Names(query, "associations").Select(store.Type))
        {
            JsonArray results =
            [
                .. store.Associations.Of(shown, to).Select(tie => new JsonObject { ["id"] = $"{tie.Id}", ["type"] = $"{shown.Type.Singular}_to_{to.Singular}" }),
            ];
            if (results.Count > 0)
            {
                ties[to.Name] = new JsonObject { ["results"] = results };
            }
        }

        if (ties.Count > 0)
        {
            json["associations"] = ties;
        }

        return json;
    }
}
