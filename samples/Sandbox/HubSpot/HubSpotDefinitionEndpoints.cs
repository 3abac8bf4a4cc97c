using System.Globalization;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>The portal's definitions: pipelines, properties, owners.</summary>
internal static class HubSpotDefinitionEndpoints
{
    private static readonly (long Id, string Email, string First, string Last)[] Owners =
        [(64492917, "maria.marketing@example.com", "Maria", "Marketing"), (64492918, "sam.sales@example.com", "Sam", "Sales")];

    public static void MapHubSpotDefinitions(this RouteGroupBuilder api, HubSpotState state)
    {
        api.MapGet("/crm/v3/pipelines/{type}", (string type) => state.Locked(store => store.Type(type).Name == "deals"
            ? TypedResults.Json(new JsonObject { ["results"] = new JsonArray([.. store.Pipelines.Select((pipeline, order) => Pipeline(pipeline.Key, pipeline.Value, order))]) })
            : TypedResults.Json(new JsonObject { ["results"] = new JsonArray() })));
        api.MapGet("/crm/v3/pipelines/{type}/{id}", (string type, string id) => state.Locked(store =>
            store.Type(type).Name == "deals" && store.Pipelines.TryGetValue(id, out var pipeline)
                ? TypedResults.Json(Pipeline(id, pipeline, 0))
                : throw HubSpotException.NotFound()));
        api.MapGet("/crm/v3/properties/{type}/{name}", (string type, string name) => state.Locked(store =>
            TypedResults.Json(Property(store.Type(type), name))));
        api.MapGet("/crm/v3/owners", (string? email) => TypedResults.Json(new JsonObject
        {
            ["results"] = new JsonArray([.. Owners.Where(owner => email is null || owner.Email == email).Select(owner => new JsonObject
            {
                ["id"] = $"{owner.Id}", ["email"] = owner.Email, ["firstName"] = owner.First, ["lastName"] = owner.Last, ["archived"] = false,
            })]),
        }));
    }

    private static JsonObject Pipeline(string id, (string Label, List<HubSpotStage> Stages) pipeline, int order) => new()
    {
        ["id"] = id,
        ["label"] = pipeline.Label,
        ["displayOrder"] = order,
        ["archived"] = false,
        ["stages"] = new JsonArray([.. pipeline.Stages.Select((stage, index) => new JsonObject
        {
            ["id"] = stage.Id,
            ["label"] = stage.Label,
            ["displayOrder"] = index,
            ["archived"] = false,
            ["metadata"] = new JsonObject
            {
                ["isClosed"] = stage.IsClosed ? "true" : "false",
                ["probability"] = stage.Probability.ToString("0.0", CultureInfo.InvariantCulture),
            },
        })]),
    };

    private static JsonObject Property(HubSpotType type, string name)
    {
        var kind = type.KindOf(name) ?? throw HubSpotException.NotFound();
        var options = type.Options.GetValueOrDefault(name, []);
        return new()
        {
            ["name"] = name,
            ["label"] = name,
            ["type"] = options.Count > 0 ? "enumeration" : kind switch { HubSpotPropertyKind.Text => "string", _ => kind.ToString().ToLowerInvariant() },
            ["fieldType"] = options.Count > 0 ? "radio" : "text",
            ["options"] = new JsonArray([.. options.Select((option, order) => new JsonObject
            {
                ["label"] = option.Label, ["value"] = option.Value, ["displayOrder"] = order, ["hidden"] = false,
            })]),
        };
    }
}
