using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Sandbox.Salesforce.Soql;

/// <summary>Runs a query over what can be seen at one moment.</summary>
internal sealed class SoqlRunner(SalesforceStore store, string version, bool withDeleted)
{
    private readonly DateTimeOffset _now = store.Now;

    public List<JsonObject> Run(SoqlQuery query)
    {
        var type = TypeOf(query.From);
        var shown = Columns(type, query.Columns);
        return [.. Rows(type, query, _ => true).Select(shown)];
    }

    public int Count(SoqlQuery query) => Rows(TypeOf(query.From), query, _ => true).Count();

    private SalesforceType TypeOf(string name) =>
        store.Schema.Find(name) ?? throw new SalesforceException(400, "INVALID_TYPE", $"sObject type '{name}' is not supported.");

    private IEnumerable<Dictionary<string, object?>> Rows(SalesforceType type, SoqlQuery query, Func<Dictionary<string, object?>, bool> isCandidate)
    {
        var matches = query.Where is null ? _ => true : Condition(type, query.Where);
        var rows = store.All(type)
            .Select(record => record.SeenAt(_now))
            .OfType<Dictionary<string, object?>>()
            .Where(row => (withDeleted || row.GetValueOrDefault("IsDeleted") is not true) && isCandidate(row) && matches(row));
        return Sorted(type, rows, query.Order).Skip(query.Offset).Take(query.Limit ?? int.MaxValue);
    }

    private IEnumerable<Dictionary<string, object?>> Sorted(
        SalesforceType type, IEnumerable<Dictionary<string, object?>> rows, IReadOnlyList<SoqlOrder> orders)
    {
        IOrderedEnumerable<Dictionary<string, object?>>? sorted = null;
        foreach (var order in orders)
        {
            var (value, field) = Value(type, order.Path);
            var sign = order.Descending ? -1 : 1;
            var compare = Comparer<object?>.Create((left, right) => left is null || right is null
                ? SalesforceValues.Compare(left, right) * (order.NullsLast ? -1 : 1)
                : sign * (field.Kind == FieldKind.Id ? string.CompareOrdinal((string)left, (string)right) : SalesforceValues.Compare(left, right)));
            sorted = sorted is null ? rows.OrderBy(value, compare) : sorted.ThenBy(value, compare);
        }

        return sorted ?? rows;
    }

    /// <summary>How to read a path from a row, and the field at its end.</summary>
    private (Func<Dictionary<string, object?>, object?> Read, SalesforceField Field) Value(SalesforceType type, IReadOnlyList<string> path)
    {
        var names = WithoutType(type, path);
        if (names.Length == 1)
        {
            var field = FieldOf(type, names[0]);
            return (row => row.GetValueOrDefault(field.Name), field);
        }

        var reference = ReferenceOf(type, names[0]);
        var (read, last) = Value(store.Schema.Type(reference.Targets[0]), names[1..]);
        return (row => Parent(row, reference) is { } parent ? read(parent) : null, last);
    }

    private Dictionary<string, object?>? Parent(Dictionary<string, object?> row, SalesforceField reference) =>
        row.GetValueOrDefault(reference.Name) is string id ? store.Find(id)?.SeenAt(_now) : null;

    /// <summary>A path may begin with the type's own name.</summary>
    private static string[] WithoutType(SalesforceType type, IReadOnlyList<string> path) =>
        path.Count > 1 && path[0].Equals(type.Name, StringComparison.OrdinalIgnoreCase) ? [.. path.Skip(1)] : [.. path];

    private static SalesforceField FieldOf(SalesforceType type, string name) => type.Field(name)
        ?? throw new SalesforceException(
            400,
            "INVALID_FIELD",
            $"No such column '{name}' on entity '{type.Name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.");

    private static SalesforceField ReferenceOf(SalesforceType type, string name) => type.Reference(name)
        ?? throw new SalesforceException(400, "INVALID_FIELD", $"Didn't understand relationship '{name}' in field path of '{type.Name}'.");

    private Func<Dictionary<string, object?>, JsonObject> Columns(SalesforceType type, IReadOnlyList<SoqlColumn> columns)
    {
        var writers = new List<Action<Dictionary<string, object?>, JsonObject>>();
        foreach (var column in columns.Where(column => column.Children is not null))
        {
            writers.Add(Children(type, column.Children!));
        }

        foreach (var group in columns.Where(column => column.Children is null).Select(column => WithoutType(type, column.Path)).GroupBy(path => path.Length == 1 ? "" : path[0], StringComparer.OrdinalIgnoreCase))
        {
            writers.AddRange(group.Key.Length == 0 ? group.Select(path => Own(FieldOf(type, path[0]))) : [OfParent(type, group.Key, [.. group.Select(path => path[1..])])]);
        }

        return row =>
        {
            var shown = new JsonObject { ["attributes"] = SalesforceJson.Attributes(type, (string)row["Id"]!, version) };
            foreach (var write in writers)
            {
                write(row, shown);
            }

            return shown;
        };
    }

    private static Action<Dictionary<string, object?>, JsonObject> Own(SalesforceField field) =>
        (row, shown) => shown[field.Name] = SalesforceValues.ToJson(row.GetValueOrDefault(field.Name));

    private Action<Dictionary<string, object?>, JsonObject> OfParent(SalesforceType type, string relationship, IReadOnlyList<string[]> paths)
    {
        var reference = ReferenceOf(type, relationship);
        SoqlColumn[] columns = [.. paths.Select(path => new SoqlColumn(path, null))];
        var show = Columns(store.Schema.Type(reference.Targets[0]), columns);
        return (row, shown) => shown[reference.Relationship!] = Parent(row, reference) is { } parent ? show(parent) : null;
    }

    private Action<Dictionary<string, object?>, JsonObject> Children(SalesforceType type, SoqlQuery query)
    {
        if (!type.Children.TryGetValue(query.From, out var child))
        {
            throw new SalesforceException(400, "INVALID_TYPE", $"Didn't understand relationship '{query.From}' in FROM part of query call.");
        }

        var childType = store.Schema.Type(child.Type);
        var show = Columns(childType, query.Columns);
        return (row, shown) =>
        {
            var records = Rows(childType, query, candidate => Equals(candidate.GetValueOrDefault(child.Field), row["Id"])).Select(show).ToArray();
            shown[query.From] = records.Length == 0 ? null : SalesforceJson.Page(records, records.Length, null);
        };
    }

    private Func<Dictionary<string, object?>, bool> Condition(SalesforceType type, SoqlCondition condition)
    {
        switch (condition)
        {
            case SoqlAnd and:
                var all = and.All.Select(part => Condition(type, part)).ToArray();
                return row => Array.TrueForAll(all, holds => holds(row));
            case SoqlOr or:
                var any = or.Any.Select(part => Condition(type, part)).ToArray();
                return row => Array.Exists(any, holds => holds(row));
            case SoqlNot not:
                var inner = Condition(type, not.Condition);
                return row => !inner(row);
            case SoqlComparison comparison:
                return Comparison(type, comparison);
            default:
                throw new InvalidOperationException($"Unknown condition {condition}.");
        }
    }

    private Func<Dictionary<string, object?>, bool> Comparison(SalesforceType type, SoqlComparison comparison)
    {
        var (read, field) = Value(type, comparison.Path);
        var values = comparison.Query is { } query ? Selected(query) : [.. comparison.Values.Select(value => Typed(field, value))];
        var first = values.FirstOrDefault();
        return comparison.Operator switch
        {
            "=" => row => IsEqual(field, read(row), first),
            "!=" => row => !IsEqual(field, read(row), first),
            "IN" => row => values.Exists(value => IsEqual(field, read(row), value)),
            "NOT IN" => row => !values.Exists(value => IsEqual(field, read(row), value)),
            "LIKE" => Like(read, first as string ?? throw Invalid(field, "a quoted text")),
            "<" => row => Order(field, read(row), first) < 0,
            "<=" => row => Order(field, read(row), first) <= 0,
            ">" => row => Order(field, read(row), first) > 0,
            ">=" => row => Order(field, read(row), first) >= 0,
            _ => throw new InvalidOperationException($"Unknown operator {comparison.Operator}."),
        };
    }

    private List<object?> Selected(SoqlQuery query)
    {
        var type = TypeOf(query.From);
        var (read, _) = Value(type, query.Columns.Count == 1 ? query.Columns[0].Path : throw SalesforceException.Malformed("A nested query selects one column."));
        return [.. Rows(type, query, _ => true).Select(read)];
    }

    private static Func<Dictionary<string, object?>, bool> Like(Func<Dictionary<string, object?>, object?> read, string pattern)
    {
        var regex = new Regex(
            $"^{Regex.Escape(pattern).Replace("%", ".*", StringComparison.Ordinal).Replace("_", ".", StringComparison.Ordinal)}$",
            RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant);
        return row => read(row) is string text && regex.IsMatch(text);
    }

    private static bool IsEqual(SalesforceField field, object? own, object? value) => (own, value) switch
    {
        (null, _) or (_, null) => own is null && value is null,
        (string text, string other) => string.Equals(text, other, field.Kind == FieldKind.Id ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase),
        _ => own.Equals(value),
    };

    /// <summary>Null, which is neither less nor more, when there is nothing to compare.</summary>
    private static int? Order(SalesforceField field, object? own, object? value) => own is null || value is null
        ? null
        : field.Kind == FieldKind.Id ? string.CompareOrdinal((string)own, (string)value) : SalesforceValues.Compare(own, value);

    /// <summary>The value as the field's kind; quotes must be where they belong.</summary>
    private static object? Typed(SalesforceField field, SoqlValue written) => (field.Kind, written.Value) switch
    {
        (FieldKind.Bool, null) => false,
        (_, null) => null,
        (FieldKind.Id, string id) when written.IsQuoted => SalesforceId.TryNormalise(id, out var id18)
            ? id18
            : throw new SalesforceException(400, "INVALID_QUERY_FILTER_OPERATOR", $"invalid ID field: {id}"),
        (FieldKind.Text or FieldKind.Email, string text) when written.IsQuoted => text,
        (FieldKind.Number, decimal number) => number,
        (FieldKind.Bool, bool flag) => flag,
        (FieldKind.Date, DateOnly date) => date,
        (FieldKind.DateTime, DateTimeOffset time) => time,
        (FieldKind.DateTime, _) => throw Invalid(field, "dateTime and should not be enclosed in quotes"),
        _ => throw Invalid(field, field.Kind is FieldKind.Text or FieldKind.Email or FieldKind.Id
            ? "string and should be enclosed in quotes"
            : $"{field.Kind.ToString().ToLowerInvariant()} and should not be enclosed in quotes"),
    };

    private static SalesforceException Invalid(SalesforceField field, string wanted) =>
        new(400, "INVALID_FIELD", $"value of filter criterion for field '{field.Name}' must be of type {wanted}");
}
