using System.Globalization;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>The subset of the search language that is played. Archived objects are never found.</summary>
internal static class HubSpotSearch
{
    private const int MostResults = 10_000;

    public static (List<HubSpotObject> Page, int Total, int? After) Run(HubSpotStore store, HubSpotType type, JsonObject body)
    {
        var limit = Number(body, "limit") ?? 10;
        var after = Number(body, "after") ?? 0;
        if (limit is < 1 or > 200)
        {
            throw HubSpotException.Invalid("limit must be between 1 and 200.");
        }

        if (after + limit > MostResults)
        {
            throw HubSpotException.Invalid("Search results are limited to 10,000; after and limit reach beyond that.");
        }

        var matches = Filter(type, body);
        var query = body["query"]?.GetValue<string>();
        List<HubSpotObject> found =
        [
            .. Sorted(type, store.All(type).Where(each => each.ArchivedAt is null && matches(each) && Mentions(each, query)), body["sorts"] as JsonArray),
        ];
        List<HubSpotObject> page = [.. found.Skip(after).Take(limit)];
        return (page, found.Count, after + page.Count < found.Count ? after + page.Count : null);
    }

    private static int? Number(JsonObject body, string name) => body[name] switch
    {
        null => null,
        var node when int.TryParse(node.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        var node => throw HubSpotException.Invalid($"{name} {node.ToJsonString()} is not valid."),
    };

    private static bool Mentions(HubSpotObject each, string? query) =>
        string.IsNullOrEmpty(query) || each.Properties.Values.Any(value => value.Contains(query, StringComparison.OrdinalIgnoreCase));

    /// <summary>Groups are alternatives; the filters of a group must all fit.</summary>
    private static Func<HubSpotObject, bool> Filter(HubSpotType type, JsonObject body)
    {
        if (body["filterGroups"] is not JsonArray { Count: > 0 } groups)
        {
            return _ => true;
        }

        var filters = groups.Select(group => (group?["filters"] as JsonArray ?? []).OfType<JsonObject>().Select(filter => One(type, filter)).ToArray()).ToArray();
        if (filters.Length > 5 || filters.Any(group => group.Length > 6) || filters.Sum(group => group.Length) > 18)
        {
            throw HubSpotException.Invalid("At most 5 filterGroups of 6 filters each and 18 filters together are allowed.");
        }

        return each => filters.Any(group => group.All(fits => fits(each)));
    }

    private static Func<HubSpotObject, bool> One(HubSpotType type, JsonObject filter)
    {
        var property = filter["propertyName"]?.GetValue<string>() ?? "";
        var kind = type.KindOf(property) ?? throw HubSpotException.Invalid($"There was a problem with the request: no property {property} in {type.Name}.");
        var operation = filter["operator"]?.GetValue<string>() ?? "";
        var value = filter["value"]?.ToString() ?? "";
        var high = filter["highValue"]?.ToString() ?? "";
        var values = (filter["values"] as JsonArray ?? []).Select(each => each?.ToString() ?? "").ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (operation is "IN" or "NOT_IN" ? values.Count == 0 : operation is not ("HAS_PROPERTY" or "NOT_HAS_PROPERTY") && filter["value"] is null)
        {
            throw HubSpotException.Invalid($"The filter on {property} with {operation} has no value.");
        }

        string? Value(HubSpotObject each) => each.Properties.GetValueOrDefault(property);
        int? Against(HubSpotObject each, string other) => Value(each) is { } own ? HubSpotValues.Compare(kind, own, other) : null;
        return operation switch
        {
            "EQ" => each => Against(each, value) == 0,
            "NEQ" => each => Against(each, value) != 0,
            "GT" => each => Against(each, value) > 0,
            "GTE" => each => Against(each, value) >= 0,
            "LT" => each => Against(each, value) < 0,
            "LTE" => each => Against(each, value) <= 0,
            "BETWEEN" => each => Against(each, value) >= 0 && Against(each, high) <= 0,
            "IN" => each => Value(each) is { } own && values.Contains(own),
            "NOT_IN" => each => Value(each) is { } own && !values.Contains(own),
            "HAS_PROPERTY" => each => Value(each) is not null,
            "NOT_HAS_PROPERTY" => each => Value(each) is null,
            "CONTAINS_TOKEN" => each => Value(each)?.Contains(value.Trim('*'), StringComparison.OrdinalIgnoreCase) == true,
            _ => throw HubSpotException.Invalid($"Invalid operator {operation}."),
        };
    }

    private static IEnumerable<HubSpotObject> Sorted(HubSpotType type, IEnumerable<HubSpotObject> found, JsonArray? sorts)
    {
        if (sorts is not { Count: > 0 })
        {
            return found.OrderBy(each => each.Id);
        }

        if (sorts.Count > 1)
        {
            throw HubSpotException.Invalid("Only one sort is allowed.");
        }

        var (property, descending) = sorts[0] is JsonObject sort
            ? (sort["propertyName"]?.ToString() ?? "", sort["direction"]?.ToString() == "DESCENDING")
            : (sorts[0]!.ToString().TrimStart('-'), sorts[0]!.ToString().StartsWith('-'));
        var kind = type.KindOf(property) ?? throw HubSpotException.Invalid($"No property {property} to sort by.");
        var order = Comparer<string?>.Create((left, right) => left is null || right is null
            ? (left is null).CompareTo(right is null)
            : HubSpotValues.Compare(kind, left, right) ?? 0);
        string? Key(HubSpotObject each) => each.Properties.GetValueOrDefault(property);
        return descending ? found.OrderByDescending(Key, order).ThenBy(each => each.Id) : found.OrderBy(Key, order).ThenBy(each => each.Id);
    }
}
