using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>
/// Several requests in one. Each is answered by itself; <c>allOrNone</c> is refused where it would have to take back what is written.
/// </summary>
internal static partial class SalesforceCompositeEndpoints
{
    public static void MapSalesforceComposites(this RouteGroupBuilder api, SalesforceState state)
    {
        api.MapPost(SalesforceEndpoints.Base + "/composite", async (string version, HttpRequest request) =>
        {
            var body = await SalesforceEndpoints.BodyAsync(request);
            return TypedResults.Json(new JsonObject { ["compositeResponse"] = Composite(state, version, body) });
        });
        api.MapPost(SalesforceEndpoints.Base + "/composite/sobjects", async (HttpRequest request) =>
        {
            var body = await SalesforceEndpoints.BodyAsync(request);
            return TypedResults.Json(Each(Records(body), record => state.Do(store => SalesforceRecordEndpoints.Create(store, TypeOf(record), Fields(record))).Body));
        });
        api.MapPatch(SalesforceEndpoints.Base + "/composite/sobjects/{type}/{field}", async (string version, string type, string field, HttpRequest request) =>
        {
            var body = await SalesforceEndpoints.BodyAsync(request);
            return TypedResults.Json(Each(Records(body), record =>
            {
                var values = Fields(record);
                values.Remove(field, out var value);
                return state.Do(store => SalesforceRecordEndpoints.Upsert(store, version, type, field, value?.ToString() ?? "", values, noContent: false)).Body;
            }));
        });
    }

    private static List<JsonObject> Records(JsonObject body)
    {
        RefuseAllOrNone(body);
        var records = (body["records"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        return records.Count <= 200 ? records : throw new SalesforceException(400, "LIMIT_EXCEEDED", "record count exceeds 200");
    }

    private static void RefuseAllOrNone(JsonObject body)
    {
        if (body["allOrNone"]?.GetValue<bool>() == true)
        {
            throw new SalesforceException(400, "INVALID_OPERATION", "The sandbox does not play allOrNone.");
        }
    }

    private static string TypeOf(JsonObject record) =>
        record["attributes"]?["type"]?.ToString() ?? throw new SalesforceException(400, "INVALID_TYPE", "attributes.type is missing.");

    private static JsonObject Fields(JsonObject record)
    {
        var fields = (JsonObject)record.DeepClone();
        fields.Remove("attributes");
        return fields;
    }

    private static JsonArray Each(IEnumerable<JsonObject> records, Func<JsonObject, JsonNode?> write)
    {
        var answers = new JsonArray();
        foreach (var record in records)
        {
            try
            {
                answers.Add(write(record));
            }
            catch (SalesforceException refused)
            {
                answers.Add(new JsonObject { ["success"] = false, ["errors"] = new JsonArray(Error(refused)) });
            }
        }

        return answers;
    }

    private static JsonObject Error(SalesforceException refused) => new()
    {
        ["statusCode"] = refused.ErrorCode,
        ["message"] = refused.Message,
        ["fields"] = new JsonArray([.. refused.Fields.Select(field => (JsonNode)field)]),
    };

    private static JsonArray Composite(SalesforceState state, string version, JsonObject body)
    {
        RefuseAllOrNone(body);
        var requests = (body["compositeRequest"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (requests.Count is 0 or > 25)
        {
            throw new SalesforceException(400, "LIMIT_EXCEEDED", "A composite request has 1 to 25 subrequests.");
        }

        var ids = new Dictionary<string, string>();
        var answers = new JsonArray();
        foreach (var request in requests)
        {
            var reference = request["referenceId"]?.ToString() ?? "";
            var answer = Answer(state, version, request, ids);
            if (answer.Body?["id"]?.ToString() is { } id)
            {
                ids[reference] = id;
            }

            answers.Add(new JsonObject
            {
                ["body"] = answer.Body,
                ["httpHeaders"] = new JsonObject(),
                ["httpStatusCode"] = answer.Status,
                ["referenceId"] = reference,
            });
        }

        return answers;
    }

    private static SalesforceAnswer Answer(SalesforceState state, string version, JsonObject request, Dictionary<string, string> ids)
    {
        string Filled(string text) => Reference().Replace(text, match => ids.TryGetValue(match.Groups[1].Value, out var id)
            ? id
            : throw new SalesforceException(400, "PROCESSING_HALTED", $"Invalid reference specified. No value for {match.Groups[1].Value}.id found."));
        try
        {
            var uri = new Uri(new("http://composite"), Filled(request["url"]?.ToString() ?? ""));
            var body = JsonNode.Parse(Filled((request["body"] ?? new JsonObject()).ToJsonString())) as JsonObject ?? [];
            var path = uri.AbsolutePath.Trim('/').Split('/').Skip(3).Select(Uri.UnescapeDataString).ToArray();
            return state.Do(store => (request["method"]?.ToString(), path) switch
            {
                ("POST", ["sobjects", var type]) => SalesforceRecordEndpoints.Create(store, type, body),
                ("GET", ["sobjects", var type, var id]) => SalesforceRecordEndpoints.Read(store, version, type, id, null),
                ("PATCH", ["sobjects", var type, var id]) => SalesforceRecordEndpoints.Update(store, type, id, body),
                ("DELETE", ["sobjects", var type, var id]) => SalesforceRecordEndpoints.Delete(store, type, id),
                ("PATCH", ["sobjects", var type, var field, var value]) => SalesforceRecordEndpoints.Upsert(store, version, type, field, value, body, noContent: false),
                _ => throw SalesforceException.NotFound(),
            });
        }
        catch (SalesforceException refused)
        {
            return new(refused.Status, new JsonArray(SalesforceErrors.Body(refused)));
        }
    }

    [GeneratedRegex(@"@\{(\w+)\.id\}")]
    private static partial Regex Reference();
}
