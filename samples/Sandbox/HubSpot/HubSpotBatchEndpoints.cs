using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>Up to a hundred objects at a time.</summary>
internal static class HubSpotBatchEndpoints
{
    public static void MapHubSpotBatches(this RouteGroupBuilder api, HubSpotState state)
    {
        void MapBatch(string name, Func<HubSpotStore, HubSpotType, JsonObject, IResult> act) =>
            api.MapPost("/crm/v3/objects/{type}/batch/" + name, async (string type, HttpRequest request) =>
            {
                var body = await HubSpotEndpoints.BodyAsync(request);
                return state.Locked(store => act(store, store.Type(type), body));
            });

        MapBatch("read", Read);
        MapBatch("upsert", (store, type, body) => Write(store, body, 200, input => Upsert(store, type, input)));
        MapBatch("create", (store, type, body) => Write(store, body, 201, input => Create(store, type, input)));
        MapBatch("update", (store, type, body) => Write(store, body, 200, input => Update(store, type, input)));
        MapBatch("archive", (store, type, body) =>
        {
            foreach (var gone in HubSpotJson.Inputs(body).Select(input => store.Find(type, HubSpotJson.Id(input))).OfType<HubSpotObject>())
            {
                store.Archive(gone, store.Api);
            }

            return TypedResults.NoContent();
        });
    }

    /// <summary>A batch answer: 207 as soon as one input failed.</summary>
    public static IResult Complete(HubSpotStore store, JsonArray results, JsonArray errors, int status = 200)
    {
        var now = HubSpotValues.Of(store.Now);
        var answer = new JsonObject
        {
            ["status"] = "COMPLETE",
            ["results"] = results,
            ["startedAt"] = now,
            ["completedAt"] = now,
        };
        if (errors.Count > 0)
        {
            answer["numErrors"] = errors.Count;
            answer["errors"] = errors;
        }

        return TypedResults.Json(answer, statusCode: errors.Count > 0 ? 207 : status);
    }

    private static IResult Read(HubSpotStore store, HubSpotType type, JsonObject body)
    {
        var properties = HubSpotJson.Names(body["properties"]);
        var withHistory = HubSpotJson.Names(body["propertiesWithHistory"]);
        var idProperty = body["idProperty"]?.ToString();
        var results = new JsonArray();
        var missing = new JsonArray();
        var seen = new HashSet<long>();
        foreach (var id in HubSpotJson.Inputs(body).Select(HubSpotJson.Id))
        {
            var found = store.Find(type, id, idProperty, archived: body["archived"]?.GetValue<bool>() ?? false);
            if (found is null)
            {
                missing.Add(id);
            }
            else if (seen.Add(found.Id))
            {
                results.Add(HubSpotJson.Shown(found, properties, withHistory));
            }
        }

        if (missing.Count == 0)
        {
            return Complete(store, results, []);
        }

        var error = HubSpotErrors.Body(
            "OBJECT_NOT_FOUND",
            $"Could not get some {type.Singular.ToUpperInvariant()} objects, they may be deleted or not exist. Check that ids are valid.");
        error["context"] = new JsonObject { ["ids"] = missing };
        return Complete(store, results, [error]);
    }

    private static Func<JsonObject> Create(HubSpotStore store, HubSpotType type, JsonObject input)
    {
        store.Check(type, null, HubSpotJson.Properties(input));
        return () => HubSpotJson.Whole(HubSpotObjectEndpoints.Create(store, type, input));
    }

    private static Func<JsonObject> Update(HubSpotStore store, HubSpotType type, JsonObject input)
    {
        var changed = store.Get(type, HubSpotJson.Id(input), input["idProperty"]?.ToString());
        var properties = HubSpotJson.Properties(input);
        store.Check(type, changed, properties);
        return () =>
        {
            store.Update(changed, properties, store.Api);
            return HubSpotJson.Whole(changed);
        };
    }

    private static Func<JsonObject> Upsert(HubSpotStore store, HubSpotType type, JsonObject input)
    {
        var id = HubSpotJson.Id(input);
        var idProperty = input["idProperty"]?.ToString();
        if (store.Find(type, id, idProperty) is not null)
        {
            var update = Update(store, type, input);
            return () => With(update(), isNew: false);
        }

        if (idProperty is null or "hs_object_id")
        {
            throw HubSpotException.NotFound();
        }

        var properties = new Dictionary<string, string>(HubSpotJson.Properties(input)) { [idProperty] = id };
        store.Check(type, null, properties);
        return () => With(HubSpotJson.Whole(store.Create(type, properties, store.Api)), isNew: true);
    }

    private static JsonObject With(JsonObject written, bool isNew)
    {
        written["new"] = isNew;
        return written;
    }

    /// <summary>
    /// Looks at each input and then writes. A bad one fails alone only when every input has an
    /// <c>objectWriteTraceId</c> to name it by; otherwise it fails the call, and nothing is written.
    /// </summary>
    /// <param name="prepare">Throws for a bad input, else returns what writes it.</param>
    private static IResult Write(HubSpotStore store, JsonObject body, int status, Func<JsonObject, Func<JsonObject>> prepare)
    {
        var inputs = HubSpotJson.Inputs(body);
        if (inputs.Where(input => input["id"] is not null).GroupBy(input => $"{input["id"]}", StringComparer.OrdinalIgnoreCase).Any(group => group.Count() > 1))
        {
            throw HubSpotException.Invalid("Duplicate IDs found in batch input.");
        }

        var traced = inputs.TrueForAll(input => input["objectWriteTraceId"] is not null);
        var writes = new List<(JsonObject Input, Func<JsonObject> Write)>();
        var errors = new JsonArray();
        foreach (var input in inputs)
        {
            try
            {
                writes.Add((input, prepare(input)));
            }
            catch (HubSpotException refused) when (traced)
            {
                var error = HubSpotErrors.Body(refused.Category, refused.Message);
                error["context"] = new JsonObject { ["objectWriteTraceId"] = new JsonArray(input["objectWriteTraceId"]!.ToString()) };
                errors.Add(error);
            }
        }

        var results = new JsonArray();
        foreach (var (input, write) in writes)
        {
            var written = write();
            if (traced)
            {
                written["objectWriteTraceId"] = input["objectWriteTraceId"]!.ToString();
            }

            results.Add(written);
        }

        return Complete(store, results, errors, status);
    }
}
