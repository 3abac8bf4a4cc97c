using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Sandbox.Webhooks;

namespace IntegrationHub.Sandbox.Pipedrive;

/// <summary>The Pipedrive company: what its people would do in it, as methods.</summary>
public sealed class PipedriveState : IAsyncDisposable
{
    private static readonly string[] Types = ["persons", "deals", "activities", "notes", "leads", "organizations"];

    private readonly Lock _lock = new();
    private readonly PipedriveOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, SortedDictionary<string, JsonObject>> _records =
        Types.ToDictionary(type => type, _ => new SortedDictionary<string, JsonObject>(StringComparer.Ordinal));

    private long _last = 1_000;

    public PipedriveState(PipedriveOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        Access = new(options, time);
        Webhooks.TargetUrl = options.WebhookUrl;
    }

    /// <summary>Gets the webhooks, of version 2.</summary>
    public WebhookPump Webhooks { get; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));

    /// <summary>Gets or sets the most rows of a page; a caller may ask for less.</summary>
    public int PageSize { get; set; } = 500;

    /// <summary>Gets or sets a value indicating whether a change of <c>marketing_status</c> is forbidden, which is answered as a
    /// success that changes nothing.</summary>
    public bool ForbidsMarketing { get; set; }

    /// <summary>Gets or sets a text that no field may have: a record with it is refused with 400.</summary>
    public string? Refuses { get; set; }

    internal PipedriveAccess Access { get; }

    /// <summary>Creates a record as a person would.</summary>
    /// <returns>Its id.</returns>
    public string Create(string type, params (string Field, JsonNode? Value)[] fields) =>
        Id(Insert(type, fields, _options.UserIds[0], byApi: false));

    public string CreatePerson(string email, string firstName, string lastName) => Create(
        "persons", ("name", $"{firstName} {lastName}"), ("first_name", firstName), ("last_name", lastName),
        ("emails", Values(email)));

    /// <summary>Changes fields as a person would; null clears.</summary>
    public void Update(string type, string id, params (string Field, JsonNode? Value)[] fields) =>
        Change(type, id, fields, _options.UserIds[0], byApi: false);

    public void Delete(string type, string id)
    {
        lock (_lock)
        {
            var record = _records[type][id];
            record["is_deleted"] = true;
            record["update_time"] = Now();
            Push(type, "delete", null, record.DeepClone(), id, _options.UserIds[0], byApi: false);
        }
    }

    /// <summary>Merges two persons or deals: the other one is deleted, and its records become the winner's.</summary>
    public void Merge(string type, string winnerId, string otherId)
    {
        lock (_lock)
        {
            var (winner, other) = (_records[type][winnerId], _records[type][otherId]);
            other["is_deleted"] = true;
            var before = new JsonObject { ["emails"] = winner["emails"]?.DeepClone() };
            Push(type, "delete", null, other.DeepClone(), otherId, _options.UserIds[0], false, ("merged_to_id", winnerId));
            foreach (var deal in _records["deals"].Values.Where(deal => type == "persons" && $"{deal["person_id"]}" == otherId))
            {
                deal["person_id"] = long.Parse(winnerId, CultureInfo.InvariantCulture);
            }

            winner["update_time"] = Now();
            Push(type, "change", winner.DeepClone(), before, winnerId, _options.UserIds[0], false, ("merged_from_id", otherId));
        }
    }

    /// <summary>The record as it is now, deleted or not; null when there is none.</summary>
    public JsonObject? Get(string type, string id)
    {
        lock (_lock)
        {
            return _records[type].GetValueOrDefault(id)?.DeepClone().AsObject();
        }
    }

    /// <summary>All records of a type that are not deleted, in order of creation.</summary>
    public IReadOnlyList<JsonObject> All(string type)
    {
        lock (_lock)
        {
            return [.. _records[type].Values.Where(record => !IsDeleted(record)).Select(record => record.DeepClone().AsObject())];
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Webhooks.DisposeAsync();

    internal static JsonArray Values(string value) => [new JsonObject { ["value"] = value, ["primary"] = true, ["label"] = "work" }];

    internal static bool IsDeleted(JsonObject record) => (bool?)record["is_deleted"] == true;

    internal static string Id(JsonObject record) => $"{record["id"]}";

    internal IReadOnlyList<JsonObject> AllWithDeleted(string type)
    {
        lock (_lock)
        {
            return [.. _records[type].Values.Select(record => record.DeepClone().AsObject())];
        }
    }

    internal JsonObject Insert(string type, IEnumerable<(string Field, JsonNode? Value)> fields, long user, bool byApi)
    {
        lock (_lock)
        {
            var record = new JsonObject
            {
                ["id"] = type == "leads" ? JsonValue.Create(Guid.NewGuid().ToString()) : JsonValue.Create(++_last),
                ["owner_id"] = user, ["creator_user_id"] = user, ["add_time"] = Now(), ["update_time"] = Now(), ["is_deleted"] = false,
            };
            foreach (var (name, value) in Defaults(type))
            {
                record[name] = value;
            }

            Set(record, type, fields);
            _records[type][Id(record)] = record;
            Push(type, "create", record.DeepClone(), null, Id(record), user, byApi);
            return record.DeepClone().AsObject();
        }
    }

    internal JsonObject? Change(string type, string id, IEnumerable<(string Field, JsonNode? Value)> fields, long user, bool byApi)
    {
        lock (_lock)
        {
            if (_records[type].GetValueOrDefault(id) is not { } record || IsDeleted(record))
            {
                return null;
            }

            var before = record.DeepClone().AsObject();
            Set(record, type, byApi && ForbidsMarketing ? fields.Where(field => field.Field != "marketing_status") : fields);
            record["update_time"] = Now();
            var changed = new JsonObject();
            foreach (var (name, value) in record.ToList())
            {
                if (!JsonNode.DeepEquals(before[name], value))
                {
                    changed[name] = before[name]?.DeepClone();
                }
            }

            Push(type, "change", record.DeepClone(), changed, id, user, byApi);
            return record.DeepClone().AsObject();
        }
    }

    private static IEnumerable<(string Name, JsonNode? Value)> Defaults(string type) => type switch
    {
        "persons" => [("emails", new JsonArray()), ("phones", new JsonArray()), ("marketing_status", "no_consent"), ("custom_fields", new JsonObject())],
        "deals" => [("status", "open"), ("stage_id", 1), ("pipeline_id", 1), ("custom_fields", new JsonObject()), ("is_archived", false)],
        "activities" => [("done", false), ("due_date", null), ("due_time", null)],
        "leads" => [("is_archived", false)],
        _ => [],
    };

    /// <summary>Sets fields. The API joins custom fields, and takes the names of a person from the whole one.</summary>
    private static void Set(JsonObject record, string type, IEnumerable<(string Field, JsonNode? Value)> fields)
    {
        foreach (var (name, value) in fields)
        {
            if (name == "custom_fields" && value is JsonObject custom && record[name] is JsonObject there)
            {
                custom.ToList().ForEach(field => there[field.Key] = field.Value?.DeepClone());
                continue;
            }

            record[name] = value?.DeepClone();
            if (type == "persons" && name == "name" && $"{value}".Split(' ', 2) is [var first, ..] parts)
            {
                record["first_name"] = first;
                record["last_name"] = parts.Length > 1 ? parts[1] : null;
            }
        }

        if (type == "activities" && record["participants"] is JsonArray { Count: > 0 } participants)
        {
            record["person_id"] = participants[0]!["person_id"]?.DeepClone();
        }
    }

    private string Now() => _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private void Push(
        string type, string action, JsonNode? data, JsonNode? previous, string id, long user, bool byApi,
        params (string Name, string Value)[] more)
    {
        var entity = type == "activities" ? "activity" : type[..^1];
        var (eventId, at) = (Guid.NewGuid(), _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_options.WebhookUser}:{_options.WebhookPassword}"));
        var (now, before) = (data?.ToJsonString() ?? "null", previous?.ToJsonString() ?? "null");
        Webhooks.Push(attempt =>
        {
            var meta = new JsonObject
            {
                ["action"] = action, ["entity"] = entity, ["entity_id"] = id, ["id"] = $"{eventId}", ["company_id"] = $"{_options.CompanyId}",
                ["user_id"] = $"{user}", ["timestamp"] = at, ["change_source"] = byApi ? "api" : "app", ["attempt"] = attempt, ["version"] = "2.0",
                ["is_bulk_edit"] = false,
            };
            foreach (var (name, value) in more)
            {
                meta[name] = value;
            }

            return (
                Encoding.UTF8.GetBytes($$"""{"data":{{now}},"previous":{{before}},"meta":{{meta.ToJsonString()}}}"""),
                new Dictionary<string, string> { ["Authorization"] = $"Basic {credentials}", ["User-Agent"] = "Pipedrive Webhooks" });
        });
    }
}
