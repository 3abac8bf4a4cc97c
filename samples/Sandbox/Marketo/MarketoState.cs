using System.Globalization;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Marketo;

/// <summary>The Marketo instance: what its people and their leads would do, as methods.</summary>
public sealed class MarketoState(MarketoOptions options, TimeProvider time)
{
    private const int NewLead = 12, ChangeDataValue = 13, FillOutForm = 2, Unsubscribes = 9, MergeLeads = 32, DeleteLead = 37,
        ChangeStatus = 104;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, Dictionary<string, string?>> _leads = [];
    private readonly Dictionary<(int Lead, int Program), string> _statuses = [];
    private readonly HashSet<(int Lead, int List)> _lists = [];
    private readonly List<MarketoActivity> _activities = [];
    private int _lastLead = 1_000;
    private int _firstToken = 1;
    private int _lastToken = 1;

    internal MarketoAccess Access { get; } = new(options, time);

    /// <summary>Gets the lists that the lead is on.</summary>
    public IReadOnlyList<int> ListsOf(int lead)
    {
        lock (_lock)
        {
            return [.. _lists.Where(place => place.Lead == lead).Select(place => place.List)];
        }
    }

    public int CreateLead(string email, params (string Field, string? Value)[] fields)
    {
        lock (_lock)
        {
            var lead = ++_lastLead;
            var now = Now();
            _leads[lead] = new(StringComparer.OrdinalIgnoreCase)
            {
                ["id"] = lead.ToString(CultureInfo.InvariantCulture), ["email"] = email, ["createdAt"] = now, ["updatedAt"] = now,
            };
            foreach (var (field, value) in fields)
            {
                _leads[lead][field] = value;
            }

            Add(NewLead, lead, []);
            return lead;
        }
    }

    /// <summary>Changes fields of a lead; false when there is no such lead.</summary>
    public bool Update(int lead, params (string Field, string? Value)[] fields)
    {
        lock (_lock)
        {
            if (!_leads.TryGetValue(lead, out var values))
            {
                return false;
            }

            foreach (var (field, value) in fields.Where(change => values.GetValueOrDefault(change.Field) != change.Value).ToList())
            {
                var change = new JsonObject { ["name"] = field, ["oldValue"] = values.GetValueOrDefault(field), ["newValue"] = value };
                (values[field], values["updatedAt"]) = (value, Now());
                Add(ChangeDataValue, lead, new() { ["fields"] = new JsonArray(change) });
            }

            return true;
        }
    }

    /// <summary>Returns a field of a lead; null for an empty one and when there is no such lead.</summary>
    public string? Field(int lead, string field)
    {
        lock (_lock)
        {
            return _leads.GetValueOrDefault(lead)?.GetValueOrDefault(field);
        }
    }

    /// <summary>The lead sends a form.</summary>
    public void FillForm(int lead, string form) => Act(FillOutForm, lead, new() { ["primaryAttributeValue"] = form });

    /// <summary>The lead follows the link to unsubscribe.</summary>
    public void Unsubscribe(int lead)
    {
        Act(Unsubscribes, lead, []);
        Update(lead, ("unsubscribed", "true"));
    }

    /// <summary>Sets the lead's status in a programme.</summary>
    public void SetStatus(int lead, int program, string status)
    {
        lock (_lock)
        {
            var former = _statuses.GetValueOrDefault((lead, program), "Not in Program");
            _statuses[(lead, program)] = status;
            Add(ChangeStatus, lead, new()
            {
                ["primaryAttributeValueId"] = program,
                ["attributes"] = new JsonArray(
                    new JsonObject { ["name"] = "Old Status", ["value"] = former },
                    new JsonObject { ["name"] = "New Status", ["value"] = status }),
            });
        }
    }

    /// <summary>Merges leads into a winner.</summary>
    public void Merge(int winner, params int[] others)
    {
        lock (_lock)
        {
            foreach (var other in others)
            {
                _leads.Remove(other);
            }

            Add(MergeLeads, winner, new()
            {
                ["attributes"] = new JsonArray(new JsonObject { ["name"] = "Merge IDs", ["value"] = string.Join(',', others) }),
            });
        }
    }

    public void Delete(int lead)
    {
        lock (_lock)
        {
            _leads.Remove(lead);
            Add(DeleteLead, lead, []);
        }
    }

    /// <summary>Ends all paging tokens that were given so far: they are refused.</summary>
    public void ExpirePagingTokens()
    {
        lock (_lock)
        {
            _firstToken = ++_lastToken;
        }
    }

    /// <summary>Returns the token of a place in time.</summary>
    internal string TokenOf(DateTimeOffset since)
    {
        lock (_lock)
        {
            return TokenAt(_activities.FindIndex(activity => activity.At >= since) is var at and >= 0 ? at : _activities.Count);
        }
    }

    /// <summary>Returns a page of activities after a token; null for a token that no longer counts.</summary>
    internal JsonObject? Page(string token, Predicate<MarketoActivity> isMeant)
    {
        lock (_lock)
        {
            var parts = token.TrimEnd('=').Split('-');
            if (parts is not ["MKTO", var given, var from]
                || int.Parse(given, CultureInfo.InvariantCulture) < _firstToken)
            {
                return null;
            }

            var start = int.Parse(from, CultureInfo.InvariantCulture);
            var page = _activities.Skip(start).Take(options.PageSize).ToList();
            var meant = page.FindAll(isMeant);
            var answer = new JsonObject
            {
                ["requestId"] = "sandbox#1", ["success"] = true, ["nextPageToken"] = TokenAt(start + page.Count),
                ["moreResult"] = start + page.Count < _activities.Count,
            };
            if (meant.Count > 0)
            {
                answer["result"] = new JsonArray([.. meant.Select(activity => activity.ToJson())]);
            }

            return answer;
        }
    }

    /// <summary>Returns the leads of ids that exist, with the fields asked for.</summary>
    internal JsonArray Leads(IEnumerable<int> ids, IReadOnlyList<string> fields)
    {
        lock (_lock)
        {
            return [.. ids.Where(_leads.ContainsKey).Select(id => new JsonObject([.. fields.Select(field => KeyValuePair.Create(
                field,
                field == "id" ? JsonValue.Create(id)
                : field == "unsubscribed" ? JsonValue.Create(_leads[id].GetValueOrDefault(field) == "true")
                : (JsonNode?)_leads[id].GetValueOrDefault(field)))]))];
        }
    }

    internal string? StatusOf(int lead, int program)
    {
        lock (_lock)
        {
            return _statuses.GetValueOrDefault((lead, program));
        }
    }

    internal void AddToList(int lead, int list)
    {
        lock (_lock)
        {
            _lists.Add((lead, list));
        }
    }

    /// <summary>Adds an activity of a lead.</summary>
    internal void Act(int type, int lead, JsonObject details)
    {
        lock (_lock)
        {
            Add(type, lead, details);
        }
    }

    private void Add(int type, int lead, JsonObject details) =>
        _activities.Add(new(_activities.Count + 1, type, lead, time.GetUtcNow(), details));

    private string TokenAt(int place) => string.Create(CultureInfo.InvariantCulture, $"MKTO-{_lastToken}-{place}====");

    private string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
