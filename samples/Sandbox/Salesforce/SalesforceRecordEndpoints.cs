using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>One record at a time.</summary>
internal static class SalesforceRecordEndpoints
{
    public static void MapSalesforceRecords(this RouteGroupBuilder api, SalesforceState state)
    {
        const string records = SalesforceEndpoints.Base + "/sobjects/{type}";
        api.MapGet(records + "/describe", (string type) => state.Do(store => Describe(store.Schema.Type(type))));
        api.MapPost(records, async (string type, HttpRequest request) =>
        {
            var body = await SalesforceEndpoints.BodyAsync(request);
            return state.Do(store => Create(store, type, body)).ToResult();
        });
        api.MapGet(records + "/{id}", (string version, string type, string id, string? fields) =>
            state.Do(store => Read(store, version, type, id, fields)).ToResult());
        api.MapPatch(records + "/{id}", async (string type, string id, HttpRequest request) =>
        {
            var body = await SalesforceEndpoints.BodyAsync(request);
            return state.Do(store => Update(store, type, id, body)).ToResult();
        });
        api.MapDelete(records + "/{id}", (string type, string id) => state.Do(store => Delete(store, type, id)).ToResult());

        const string byExternalId = records + "/{field}/{value}";
        api.MapGet(byExternalId, (string version, string type, string field, string value, string? fields) =>
            state.Do(store => ReadByExternalId(store, version, type, field, value, fields)).ToResult());
        api.MapPatch(byExternalId, async (string version, string type, string field, string value, HttpRequest request) =>
        {
            var body = await SalesforceEndpoints.BodyAsync(request);

            // A slash in the value stays escaped in the route.
            var id = value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
            return state.Do(store => Upsert(store, version, type, field, id, body, state.UpsertAnswersNoContent)).ToResult();
        });
    }

    public static SalesforceAnswer Create(SalesforceStore store, string type, JsonObject body)
    {
        var known = store.Schema.Type(type);
        return new(201, SalesforceJson.Written(store.Insert(known, Values(known, body), store.ApiUser).Id));
    }

    public static SalesforceAnswer Read(SalesforceStore store, string version, string type, string id, string? fields) =>
        new(200, SalesforceJson.Record(store.Get(store.Schema.Type(type), id), version, Names(fields)));

    public static SalesforceAnswer Update(SalesforceStore store, string type, string id, JsonObject body)
    {
        var record = store.Get(store.Schema.Type(type), id);
        store.Update(record, Values(record.Type, body), store.ApiUser);
        return new(204, null);
    }

    public static SalesforceAnswer Delete(SalesforceStore store, string type, string id)
    {
        store.Delete(store.Get(store.Schema.Type(type), id), store.ApiUser);
        return new(204, null);
    }

    public static SalesforceAnswer ReadByExternalId(SalesforceStore store, string version, string type, string field, string value, string? fields)
    {
        var found = store.ByExternalId(store.Schema.Type(type), field, value);
        return found.Count switch
        {
            0 => throw SalesforceException.NotFound(),
            1 => new(200, SalesforceJson.Record(found[0], version, Names(fields))),
            _ => Several(found, version),
        };
    }

    public static SalesforceAnswer Upsert(
        SalesforceStore store, string version, string type, string field, string value, JsonObject body, bool noContent)
    {
        var known = store.Schema.Type(type);
        var found = store.ByExternalId(known, field, value);
        if (body.Any(given => given.Key.Equals(field, StringComparison.OrdinalIgnoreCase)))
        {
            throw new SalesforceException(400, "INVALID_FIELD", $"The {field} field should not be specified in the sobject data.");
        }

        var values = Values(known, body);
        switch (found.Count)
        {
            case 0:
                var created = store.Insert(known, new Dictionary<string, object?>(values) { [field] = value }, store.ApiUser);
                return new(201, SalesforceJson.Written(created.Id, created: true));
            case 1:
                store.Update(found[0], values, store.ApiUser);
                return noContent ? new(204, null) : new(200, SalesforceJson.Written(found[0].Id, created: false));
            default:
                return Several(found, version);
        }
    }

    private static SalesforceAnswer Several(IReadOnlyList<SalesforceObject> found, string version) =>
        new(300, new JsonArray([.. found.Select(each => (JsonNode)$"/services/data/v{version}/sobjects/{each.Type.Name}/{each.Id}")]));

    private static string[] Names(string? fields) => fields?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static Dictionary<string, object?> Values(SalesforceType type, JsonObject body)
    {
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, node) in body.Where(given => given.Key != "attributes"))
        {
            var field = type.Field(name) ?? throw new SalesforceException(400, "INVALID_FIELD", $"No such column '{name}' on sobject of type {type.Name}");
            values[field.Name] = SalesforceValues.FromJson(field, node);
        }

        return values;
    }

    private static IResult Describe(SalesforceType type) => TypedResults.Json(new JsonObject
    {
        ["name"] = type.Name,
        ["keyPrefix"] = type.Prefix,
        ["fields"] = new JsonArray([.. type.Fields.Select(field => new JsonObject
        {
            ["name"] = field.Name,
            ["type"] = field.Targets.Count > 0 ? "reference" : field.Kind switch { FieldKind.Text => "string", FieldKind.Bool => "boolean", FieldKind.Number => "double", _ => field.Kind.ToString().ToLowerInvariant() },
            ["externalId"] = field.ExternalId,
            ["createable"] = !field.ReadOnly,
            ["updateable"] = !field.ReadOnly,
            ["nillable"] = !field.Required,
            ["length"] = field.Kind is FieldKind.Text or FieldKind.Email ? field.MaxLength : 0,
        })]),
    });
}
