using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Sandbox.Webhooks;

namespace IntegrationHub.Sandbox.Dynamics;

/// <summary>The Dataverse environment: what its people would do in it, as methods. A lookup is a column that ends in
/// <c>id</c>, with its record's id.</summary>
public sealed class DynamicsState : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Keys = new()
    {
        ["leads"] = "leadid", ["contacts"] = "contactid", ["opportunities"] = "opportunityid", ["tasks"] = "activityid", ["annotations"] = "annotationid",
        ["transactioncurrencies"] = "transactioncurrencyid",
    };

    private readonly Lock _lock = new();
    private readonly DynamicsOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Dictionary<string, DynamicsRow>> _tables = Keys.Keys.ToDictionary(set => set, _ => new Dictionary<string, DynamicsRow>());
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new();
    private long _version;

    public DynamicsState(DynamicsOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        Webhooks.TargetUrl = options.WebhookUrl;
        Currency = Create("transactioncurrencies", ("isocurrencycode", "EUR"), ("currencyname", "Euro"));
    }

    /// <summary>Gets the webhooks: Dataverse tries once more.</summary>
    public WebhookPump Webhooks { get; } = new(TimeSpan.FromSeconds(1));

    /// <summary>Gets the id of the currency, which is the euro.</summary>
    public string Currency { get; }

    /// <summary>Gets or sets the most rows of a page; a caller may ask for less.</summary>
    public int PageSize { get; set; } = 5_000;

    /// <summary>Gets or sets a value indicating whether webhooks leave out what is large.</summary>
    public bool IsOversize { get; set; }

    /// <summary>Gets or sets a text that no column may have: a record with it is refused with 400.</summary>
    public string? Refuses { get; set; }

    /// <summary>Gets the version from which change tokens count.</summary>
    internal long OldestToken { get; private set; }

    internal DynamicsOptions Options => _options;

    /// <summary>Creates a record as a person would.</summary>
    /// <returns>Its id.</returns>
    public string Create(string set, params (string Column, JsonNode? Value)[] columns) =>
        Write(set, $"{Guid.NewGuid()}", columns, _options.UserIds[0], "Create").Id;

    /// <summary>Changes columns as a person would; null clears.</summary>
    public void Update(string set, string id, params (string Column, JsonNode? Value)[] columns) =>
        Write(set, id, columns, _options.UserIds[0], "Update");

    /// <summary>Closes an opportunity: status 3 wins it, 4 and 5 lose it.</summary>
    public void Close(string opportunity, int status, decimal revenue)
    {
        Write(
            "opportunities", opportunity,
            [("statecode", status == 3 ? 1 : 2), ("statuscode", status), ("actualvalue", revenue)], _options.UserIds[0], message: null);
        var close = Entity("opportunityclose", $"{Guid.NewGuid()}", new JsonArray(
            Pair("opportunityid", Reference("opportunity", opportunity)), Pair("actualrevenue", Typed("Money", revenue))));
        Push(status == 3 ? "Win" : "Lose", "opportunity", opportunity, _options.UserIds[0], [Pair("OpportunityClose", close), Pair("Status", Typed("OptionSetValue", status))], []);
    }

    public void Delete(string set, string id)
    {
        lock (_lock)
        {
            var row = _tables[set][id];
            (row.IsDeleted, row.Version) = (true, ++_version);
            Push("Delete", EntityOf(set), id, _options.UserIds[0], [Pair("Target", Reference(EntityOf(set), id))], [Pair("PreImage", EntityWith(set, row, row.Columns))]);
        }
    }

    /// <summary>Merges two leads or contacts: the other one becomes inactive and names its master.</summary>
    public void Merge(string set, string master, string other)
    {
        Write(set, other, [("merged", true), ("masterid", master), ("statecode", set == "leads" ? 2 : 1)], _options.UserIds[0], message: null);
        Push("Merge", EntityOf(set), master, _options.UserIds[0], [Pair("Target", Reference(EntityOf(set), master)), Pair("SubordinateId", other)], []);
    }

    /// <summary>The record as it is now; null when there is none, or it was deleted.</summary>
    public JsonObject? Get(string set, string id)
    {
        lock (_lock)
        {
            return _tables[set].GetValueOrDefault(id) is { IsDeleted: false } row ? row.Columns.DeepClone().AsObject() : null;
        }
    }

    /// <summary>All records of a table, in order of their last change.</summary>
    public IReadOnlyList<JsonObject> All(string set) => [.. Rows(set).Where(row => !row.IsDeleted).Select(row => row.Columns)];

    /// <summary>Forgets all change tokens, as Dataverse does after some days.</summary>
    public void ForgetChanges()
    {
        lock (_lock)
        {
            OldestToken = ++_version;
        }
    }

    /// <summary>Ends all sessions at once.</summary>
    public void ExpireTokens() => _tokens.Clear();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Webhooks.DisposeAsync();

    internal static string KeyOf(string set) => Keys[set];

    internal static bool Knows(string set) => Keys.ContainsKey(set);

    internal string Grant()
    {
        var token = $"{Guid.NewGuid():N}";
        _tokens[token] = _time.GetUtcNow() + _options.TokenLifetime;
        return token;
    }

    internal bool IsGranted(string token) => _tokens.TryGetValue(token, out var until) && until > _time.GetUtcNow();

    internal (long Version, IReadOnlyList<DynamicsRow> Rows) Snapshot(string set)
    {
        lock (_lock)
        {
            return (_version, Rows(set));
        }
    }

    /// <summary>Creates or changes a row, and pushes it unless the message is null.</summary>
    internal DynamicsRow Write(string set, string id, IEnumerable<(string Column, JsonNode? Value)> columns, string user, string? message)
    {
        lock (_lock)
        {
            var isNew = !_tables[set].TryGetValue(id, out var row) || row.IsDeleted;
            row = isNew ? _tables[set][id] = new() { Id = id, Columns = NewColumns(set, id, user) } : row!;
            var before = row.Columns.DeepClone().AsObject();
            var changed = new JsonObject { [KeyOf(set)] = id };
            foreach (var (name, value) in columns)
            {
                row.Columns[name] = value?.DeepClone();
                changed[name] = value?.DeepClone();
            }

            (row.Columns["modifiedon"], row.Columns["modifiedby"], row.Version) = (Now(), user, ++_version);
            if (message is not null && set is not ("annotations" or "transactioncurrencies"))
            {
                var target = EntityWith(set, row, isNew ? row.Columns : changed);
                Push(isNew ? "Create" : "Update", EntityOf(set), id, user, [Pair("Target", target)], isNew ? [] : [Pair("PreImage", EntityWith(set, row, before))]);
            }

            return row;
        }
    }

    private static string EntityOf(string set) => set == "opportunities" ? "opportunity" : set[..^1];

    private JsonObject NewColumns(string set, string id, string user)
    {
        var columns = new JsonObject
        {
            [KeyOf(set)] = id, ["createdon"] = Now(), ["createdby"] = user, ["ownerid"] = user, ["statecode"] = 0, ["statuscode"] = 1,
        };
        if (set is "leads" or "contacts")
        {
            (columns["donotemail"], columns["donotbulkemail"], columns["merged"]) = (false, false, false);
        }

        if (set == "opportunities")
        {
            columns["transactioncurrencyid"] = Currency;
        }

        return columns;
    }

    private List<DynamicsRow> Rows(string set)
    {
        lock (_lock)
        {
            return [.. _tables[set].Values.OrderBy(row => row.IsDeleted).ThenBy(row => row.Version).Select(row => row with { Columns = row.Columns.DeepClone().AsObject() })];
        }
    }

    private string Now() => _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Pair(string key, JsonNode? value) => new() { ["key"] = key, ["value"] = value };

    private static JsonObject Typed(string type, decimal value) =>
        new() { ["__type"] = $"{type}:http://schemas.microsoft.com/xrm/2011/Contracts", ["Value"] = value };

    private static JsonObject Reference(string entity, string id) =>
        new() { ["__type"] = "EntityReference:http://schemas.microsoft.com/xrm/2011/Contracts", ["Id"] = id, ["LogicalName"] = entity, ["Name"] = null };

    private static JsonObject Entity(string entity, string id, JsonArray attributes) => new()
    {
        ["__type"] = "Entity:http://schemas.microsoft.com/xrm/2011/Contracts", ["Id"] = id, ["LogicalName"] = entity, ["Attributes"] = attributes,
        ["FormattedValues"] = new JsonArray(),
    };

    private static JsonObject EntityWith(string set, DynamicsRow row, JsonObject columns) => Entity(EntityOf(set), row.Id, new JsonArray(
        [.. columns.Where(column => column.Key is not ("createdon" or "modifiedon")).Select(column => Pair(column.Key, column switch
        {
            (_, null) => null,
            ("statecode" or "statuscode" or "salesstage", var number) => Typed("OptionSetValue", number!.GetValue<int>()),
            ("estimatedvalue" or "actualvalue", var amount) => Typed("Money", decimal.Parse($"{amount}", CultureInfo.InvariantCulture)),
            ("parentcontactid", var id) => Reference("contact", $"{id}"),
            ("ownerid", var id) => Reference("systemuser", $"{id}"),
            ("transactioncurrencyid" , var id) when set == "opportunities" => Reference("transactioncurrency", $"{id}"),
            ("regardingobjectid", var about) => Reference($"{about}".Split(':')[0], $"{about}".Split(':')[^1]),
            var (_, value) => value!.DeepClone(),
        }))]));

    private void Push(string message, string entity, string id, string user, JsonNode[] parameters, JsonNode[] images)
    {
        var milliseconds = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var context = new JsonObject
        {
            ["MessageName"] = message, ["PrimaryEntityName"] = entity, ["PrimaryEntityId"] = id, ["OrganizationId"] = _options.OrganizationId,
            ["OrganizationName"] = "acme", ["UserId"] = user, ["InitiatingUserId"] = user, ["Depth"] = 1, ["Mode"] = 1, ["Stage"] = 40,
            ["OperationId"] = $"{Guid.NewGuid()}", ["CorrelationId"] = $"{Guid.NewGuid()}", ["OperationCreatedOn"] = $"/Date({milliseconds}+0000)/",
            ["OwningExtension"] = Reference("sdkmessageprocessingstep", "d0000000-0004-4000-8000-00000000000d"),
        };
        var headers = new Dictionary<string, string>
        {
            ["x-hub-key"] = _options.WebhookSecret, ["x-ms-dynamics-organization"] = "acme.crm.dynamics.com",
            ["x-ms-dynamics-entity-name"] = entity, ["x-ms-dynamics-request-name"] = message,
        };
        if (IsOversize)
        {
            headers["x-ms-dynamics-msg-size-exceeded"] = "true";
        }
        else
        {
            (context["InputParameters"], context["PreEntityImages"]) = (new JsonArray(parameters), new JsonArray(images));
        }

        // As Dataverse writes it.
        var body = Encoding.UTF8.GetBytes(context.ToJsonString().Replace("/", "\\/", StringComparison.Ordinal));
        Webhooks.Push(_ => (body, headers));
    }
}

/// <summary>A row of a table.</summary>
internal sealed record DynamicsRow
{
    public required string Id { get; init; }

    public required JsonObject Columns { get; init; }

    public long Version { get; set; }

    public bool IsDeleted { get; set; }
}
