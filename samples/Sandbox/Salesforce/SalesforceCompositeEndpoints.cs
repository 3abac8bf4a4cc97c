using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>Several requests in one. The whole is answered 200 whatever became of its parts.</summary>
internal static partial class SalesforceCompositeEndpoints
{
    public static void MapSalesforceComposites(this RouteGroupBuilder api, SalesforceState state)
    {
        api.MapPost(SalesforceEndpoints.Base + "/composite", async (string version, HttpRequest request) =>
        {
            var body = await SalesforceEndpoints.BodyAsync(request);
            return TypedResults.Json(new JsonObject { ["compositeResponse"] = state.Do(store => Composite(store, version, body)) });
        });
        api.MapPost(SalesforceEndpoints.Base + "/composite/sobjects", async (HttpRequest request) =>
        {
            var body = await SalesforceEndpoints.BodyAsync(request);
            return TypedResults.Json(state.Do(store => Collection(store, body, record => SalesforceRecordEndpoints.Create(store, TypeOf(record), Fields(record)))));
        });
        api.MapPatch(SalesforceEndpoints.Base + "/composite/sobjects/{type}/{field}", async (string version, string type, string field, HttpRequest request) =>
        {
            var body = await SalesforceEndpoints.BodyAsync(request);
            return TypedResults.Json(state.Do(store => Collection(store, body, record =>
            {
                var values = Fields(record);
                values.Remove(field, out var value);
                return SalesforceRecordEndpoints.Upsert(store, version, type, field, value?.ToString() ?? "", values, noContent: false);
            })));
        });
    }

    private static bool IsAllOrNone(JsonObject body) => body["allOrNone"]?.GetValue<bool>() ?? false;

    private static string TypeOf(JsonObject record) =>
        record["attributes"]?["type"]?.ToString() ?? throw new SalesforceException(400, "INVALID_TYPE", "attributes.type is missing.");

    private static JsonObject Fields(JsonObject record)
    {
        var fields = (JsonObject)record.DeepClone();
        fields.Remove("attributes");
        return fields;
    }

    private static JsonArray Collection(SalesforceStore store, JsonObject body, Func<JsonObject, SalesforceAnswer> write)
    {
        var records = (body["records"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (records.Count > 200)
        {
            throw new SalesforceException(400, "LIMIT_EXCEEDED", "record count exceeds 200");
        }

        List<JsonNode> Write() => [.. records.Select(record => Outcome(record, write))];
        static bool IsGood(JsonNode outcome) => outcome["success"]!.GetValue<bool>();
        if (!IsAllOrNone(body))
        {
            return new([.. Write()]);
        }

        var outcomes = store.AllOrNone(Write, all => all.TrueForAll(IsGood));
        var rolledBack = new SalesforceException(400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all records were valid and the request was using AllOrNone header");
        return new([.. outcomes.TrueForAll(IsGood) ? outcomes : outcomes.Select(outcome => IsGood(outcome) ? Failed(rolledBack) : outcome)]);
    }

    private static JsonNode Outcome(JsonObject record, Func<JsonObject, SalesforceAnswer> write)
    {
        try
        {
            return write(record).Body!;
        }
        catch (SalesforceException refused)
        {
            return Failed(refused);
        }
    }

    private static JsonObject Failed(SalesforceException refused) => new()
    {
        ["success"] = false,
        ["errors"] = new JsonArray(new JsonObject
        {
            ["statusCode"] = refused.ErrorCode,
            ["message"] = refused.Message,
            ["fields"] = new JsonArray([.. refused.Fields.Select(field => (JsonNode)field)]),
        }),
    };

    private static JsonArray Composite(SalesforceStore store, string version, JsonObject body)
    {
        var requests = (body["compositeRequest"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (requests.Count is 0 or > 25)
        {
            throw new SalesforceException(400, "LIMIT_EXCEEDED", "A composite request has 1 to 25 subrequests.");
        }

        var ids = new Dictionary<string, string>();
        List<SalesforceAnswer> Answers() => [.. requests.Select(request => Answer(store, version, request, ids))];
        static bool IsGood(SalesforceAnswer answer) => answer.Status < 300;
        var answers = IsAllOrNone(body) ? store.AllOrNone(Answers, all => all.TrueForAll(IsGood)) : Answers();
        if (IsAllOrNone(body) && !answers.TrueForAll(IsGood))
        {
            answers = [.. answers.Select(answer => IsGood(answer) ? Halted("The transaction was rolled back since another operation in the same transaction failed.") : answer)];
        }

        return
        [
            .. requests.Zip(answers, (request, answer) => new JsonObject
            {
                ["body"] = answer.Body,
                ["httpHeaders"] = new JsonObject(),
                ["httpStatusCode"] = answer.Status,
                ["referenceId"] = ReferenceOf(request),
            }),
        ];
    }

    private static string ReferenceOf(JsonObject request) => request["referenceId"]?.ToString() ?? "";

    private static SalesforceAnswer Halted(string message) => Refused(new(400, "PROCESSING_HALTED", message));

    private static SalesforceAnswer Refused(SalesforceException refused) => new(refused.Status, new JsonArray(SalesforceErrors.Body(refused)));

    private static SalesforceAnswer Answer(SalesforceStore store, string version, JsonObject request, Dictionary<string, string> ids)
    {
        var missing = false;
        string Filled(string text) => Reference().Replace(text, match =>
        {
            missing |= !ids.TryGetValue(match.Groups[1].Value, out var id);
            return id ?? "";
        });
        var uri = new Uri(new("http://composite"), Filled(request["url"]?.ToString() ?? ""));
        var body = JsonNode.Parse(Filled((request["body"] ?? new JsonObject()).ToJsonString())) as JsonObject ?? [];
        if (missing)
        {
            return Halted("Invalid reference specified. A subrequest that it refers to failed.");
        }

        var path = uri.AbsolutePath.Trim('/').Split('/').Skip(3).Select(Uri.UnescapeDataString).ToArray();
        try
        {
            var answer = (request["method"]?.ToString(), path) switch
            {
                ("POST", ["sobjects", var type]) => SalesforceRecordEndpoints.Create(store, type, body),
                ("GET", ["sobjects", var type, var id]) => SalesforceRecordEndpoints.Read(store, version, type, id, null),
                ("PATCH", ["sobjects", var type, var id]) => SalesforceRecordEndpoints.Update(store, type, id, body),
                ("DELETE", ["sobjects", var type, var id]) => SalesforceRecordEndpoints.Delete(store, type, id),
                ("PATCH", ["sobjects", var type, var field, var value]) => SalesforceRecordEndpoints.Upsert(store, version, type, field, value, body, noContent: false),
                _ => throw SalesforceException.NotFound(),
            };
            if (answer.Body is JsonObject written && written["id"] is { } id18)
            {
                ids[ReferenceOf(request)] = id18.ToString();
            }

            return answer;
        }
        catch (SalesforceException refused)
        {
            return Refused(refused);
        }
    }

    [GeneratedRegex(@"@\{(\w+)\.id\}")]
    private static partial Regex Reference();
}
