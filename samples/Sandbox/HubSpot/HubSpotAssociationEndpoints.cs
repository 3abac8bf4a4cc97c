using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>Associations, version 4.</summary>
internal static class HubSpotAssociationEndpoints
{
    public static void MapHubSpotAssociations(this RouteGroupBuilder api, HubSpotState state)
    {
        const string one = "/crm/v4/objects/{from}/{id}/associations/{to}";
        api.MapGet(one, (string from, string id, string to) => state.Locked(store =>
        {
            var source = store.Get(store.Type(from), id);
            return TypedResults.Json(new JsonObject { ["results"] = Ties(store, source, store.Type(to)) });
        }));
        api.MapPut(one + "/{toId}", async (string from, string id, string to, string toId, HttpRequest request) =>
        {
            var types = await JsonNode.ParseAsync(request.Body) as JsonArray ?? throw HubSpotException.Invalid("Invalid input JSON: not an array.");
            return state.Locked(store => Tie(store, from, id, to, toId, [.. types.Select(type => type?["associationTypeId"]?.GetValue<int>())]));
        });
        api.MapPut("/crm/v4/objects/{from}/{id}/associations/default/{to}/{toId}", (string from, string id, string to, string toId) =>
            state.Locked(store => Tie(store, from, id, to, toId, [null])));
        api.MapDelete(one + "/{toId}", (string from, string id, string to, string toId) => state.Locked(store =>
        {
            store.Disassociate(store.Get(store.Type(from), id), store.Get(store.Type(to), toId), store.Api);
            return TypedResults.NoContent();
        }));
        api.MapPost("/crm/v4/associations/{from}/{to}/batch/read", async (string from, string to, HttpRequest request) =>
        {
            var body = await HubSpotEndpoints.BodyAsync(request);
            return state.Locked(store => ReadMany(store, store.Type(from), store.Type(to), body));
        });
    }

    private static IResult ReadMany(HubSpotStore store, HubSpotType from, HubSpotType to, JsonObject body)
    {
        var results = new JsonArray();
        var errors = new JsonArray();
        foreach (var id in HubSpotJson.Inputs(body).Select(HubSpotJson.Id))
        {
            var ties = store.Find(from, id) is { } source ? Ties(store, source, to) : [];
            if (ties.Count > 0)
            {
                results.Add(new JsonObject { ["from"] = new JsonObject { ["id"] = id }, ["to"] = ties });
                continue;
            }

            var error = HubSpotErrors.Body("OBJECT_NOT_FOUND", $"No {to.Singular} is associated with {from.Singular} {id}.");
            error["subCategory"] = "crm.associations.NO_ASSOCIATIONS_FOUND";
            error["context"] = new JsonObject { ["fromObjectId"] = new JsonArray(id) };
            errors.Add(error);
        }

        return HubSpotBatchEndpoints.Complete(store, results, errors);
    }

    private static IResult Tie(HubSpotStore store, string from, string id, string to, string toId, IReadOnlyList<int?> typeIds)
    {
        var (source, target) = (store.Get(store.Type(from), id), store.Get(store.Type(to), toId));
        foreach (var typeId in typeIds)
        {
            store.Associate(source, target, typeId, store.Api);
        }

        return TypedResults.Json(new JsonObject { ["fromObjectId"] = source.Id, ["toObjectId"] = target.Id, ["labels"] = new JsonArray() }, statusCode: 201);
    }

    private static JsonArray Ties(HubSpotStore store, HubSpotObject from, HubSpotType to) =>
    [
        .. store.Associations.Of(from, to).Select(tie => new JsonObject
        {
            ["toObjectId"] = tie.Id,
            ["associationTypes"] = new JsonArray([.. tie.TypeIds.Select(typeId =>
                new JsonObject { ["category"] = "HUBSPOT_DEFINED", ["typeId"] = typeId, ["label"] = null })]),
        }),
    ];
}
