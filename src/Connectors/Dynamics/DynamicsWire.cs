using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>Columns of a record, of an execution context or of a row.</summary>
/// <param name="Entity">The table's logical name.</param>
/// <param name="Values">The columns by logical name. A lookup is its record's id.</param>
/// <param name="Labels">The values as people see them.</param>
internal sealed record DynamicsRecord(
    string Entity, string? Id, ImmutableDictionary<string, JsonElement> Values, ImmutableDictionary<string, string> Labels)
{
    /// <summary>Gets a record without columns.</summary>
    public static DynamicsRecord Empty { get; } =
        new("", null, ImmutableDictionary<string, JsonElement>.Empty, ImmutableDictionary<string, string>.Empty);

    public bool Has(string column) => Values.ContainsKey(column);

    /// <summary>Whether a column is stated as empty.</summary>
    public bool IsEmpty(string column) => Values.TryGetValue(column, out var value)
        && (value.ValueKind == JsonValueKind.Null
            || (value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString())));

    /// <summary>Returns a column as text: of an option, an amount or a reference what it holds. Null for none.</summary>
    public string? Text(string column) =>
        Values.TryGetValue(column, out var value) ? DynamicsWire.Unwrap(value) : null;

    public decimal? Number(string column) =>
        decimal.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    public bool? Flag(string column) => Text(column) switch { "true" => true, "false" => false, _ => null };

    /// <summary>Returns the id of the record that a lookup names.</summary>
    public string? IdOf(string column) => DynamicsId.Read(Text(column));

    /// <summary>Returns the table of the record that a lookup names; null when it is not said.</summary>
    public string? TableOf(string column) => Values.TryGetValue(column, out var value) ? value.Text("LogicalName") : null;

    public DateTimeOffset? Instant(string column) => DynamicsWire.TimeOf(Text(column));

    /// <summary>Returns this record with the columns of another one, where it has none itself.</summary>
    public DynamicsRecord Over(DynamicsRecord other) => this with
    {
        Values = other.Values.SetItems(Values),
        Labels = other.Labels.SetItems(Labels),
    };
}

/// <summary>What happened, as Dataverse tells it to webhooks and on Service Bus (<c>RemoteExecutionContext</c>).</summary>
internal sealed record DynamicsContext
{
    /// <summary>Gets the message: <c>Create</c>, <c>Update</c>, <c>Win</c> and so on.</summary>
    public required string Message { get; init; }

    /// <summary>Gets the table's logical name.</summary>
    public required string Entity { get; init; }

    /// <summary>Gets the organisation; null when it is not named.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>Gets the record; null when it is not named here.</summary>
    public string? RecordId { get; init; }

    /// <summary>Gets the step that was registered for it.</summary>
    public string? Step { get; init; }

    /// <summary>Gets the operation. A correlation is shared by several operations.</summary>
    public required string Operation { get; init; }

    /// <summary>Gets the user who did it.</summary>
    public string? UserId { get; init; }

    /// <summary>Gets when it happened.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Gets a value indicating whether the parameters and images were left out, because they were too large.</summary>
    public bool IsStripped { get; init; }

    /// <summary>Gets the record of the message: the columns that changed. Of a deletion only its id.</summary>
    public required DynamicsRecord Target { get; init; }

    /// <summary>Gets the columns before.</summary>
    public required DynamicsRecord Before { get; init; }

    /// <summary>Gets the columns after.</summary>
    public required DynamicsRecord After { get; init; }

    /// <summary>Gets the parameters by name.</summary>
    public required ImmutableDictionary<string, JsonElement> Parameters { get; init; }

    /// <summary>Gets the results by name.</summary>
    public required ImmutableDictionary<string, JsonElement> Results { get; init; }

    /// <summary>Gets all that is known of the record, the newest first.</summary>
    public DynamicsRecord Known => Target.Over(After).Over(Before);
}

/// <summary>Dataverse's JSON.</summary>
internal static partial class DynamicsWire
{
    private const string LabelSuffix = "@OData.Community.Display.V1.FormattedValue";

    private const string TableSuffix = "@Microsoft.Dynamics.CRM.lookuplogicalname";

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { MaxDepth = WellFormed.MostNested };

    private static readonly ImmutableDictionary<string, JsonElement> Nothing = ImmutableDictionary<string, JsonElement>.Empty;

    /// <summary>Parses an object; null for another body.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body) => WellFormed.Parse(
        body, static root => root.ValueKind == JsonValueKind.Object);

    /// <summary>Reads an execution context; null for another object.</summary>
    /// <param name="isStripped">Whether the request says that parts were left out.</param>
    public static DynamicsContext? ReadContext(JsonElement root, bool isStripped)
    {
        if (root.Text("MessageName") is not { } message || root.Text("PrimaryEntityName") is not { } entity)
        {
            return null;
        }

        var parameters = PairsOf(root.Member("InputParameters"));
        var (before, after) = (ImageOf(root.Member("PreEntityImages"), entity), ImageOf(root.Member("PostEntityImages"), entity));
        return new()
        {
            Message = message,
            Entity = entity,
            OrganizationId = DynamicsId.Read(root.Text("OrganizationId")),
            RecordId = DynamicsId.Read(root.Text("PrimaryEntityId")),
            Step = DynamicsId.Read(root.Member("OwningExtension").Text("Id")),
            Operation = DynamicsId.Read(root.Text("OperationId"))
                ?? $"{root.Text("RequestId")}/{root.Text("CorrelationId")}/{message}/{root.Text("OperationCreatedOn")}",
            UserId = DynamicsId.Read(root.Text("UserId")),
            At = TimeOf(root.Text("OperationCreatedOn")),
            IsStripped = isStripped || parameters.IsEmpty,
            Target = TargetOf(parameters, entity),
            Before = before,
            After = after,
            Parameters = parameters,
            Results = PairsOf(root.Member("OutputParameters")),
        };
    }

    /// <summary>Reads a row of the Web API, which is flat.</summary>
    public static DynamicsRecord ReadRow(JsonElement row, string entity)
    {
        var (values, labels) = (Nothing.ToBuilder(), ImmutableDictionary.CreateBuilder<string, string>());
        foreach (var member in row.EnumerateObject())
        {
            if (member.Name.EndsWith(LabelSuffix, StringComparison.Ordinal) && member.Value.ValueKind == JsonValueKind.String)
            {
                labels[ColumnOf(member.Name[..^LabelSuffix.Length])] = member.Value.GetString()!;
            }
            else if (!member.Name.Contains('@', StringComparison.Ordinal))
            {
                values[ColumnOf(member.Name)] = row.Text($"{member.Name}{TableSuffix}") is { } table
                    ? JsonSerializer.SerializeToElement(new { Id = Unwrap(member.Value), LogicalName = table })
                    : member.Value.Clone();
            }
        }

        return new(entity, DynamicsId.Read(row.Text($"{entity}id") ?? row.Text("activityid")), values.ToImmutable(), labels.ToImmutable());
    }

    /// <summary>Returns what a typed value holds; null for none.</summary>
    public static string? Unwrap(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.Text("Value") ?? value.Text("Id"),
        JsonValueKind.String => value.GetString()!.Trim() is { Length: > 0 } text ? text : null,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    /// <summary>Reads a time: ISO 8601, or milliseconds since 1970 with an offset that is only shown.</summary>
    public static DateTimeOffset? TimeOf(string? text) =>
        text is null ? null
        : MicrosoftDate().Match(text) is not { Success: true } date ? JsonFields.IsoTime(text)
        : long.TryParse(date.Groups["ms"].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        : null;

    /// <summary>Returns the reference in a value; null when it is not one.</summary>
    public static (string Entity, string Id)? ReferenceIn(JsonElement value) =>
        value.Text("LogicalName") is { } entity && DynamicsId.Read(value.Text("Id")) is { } id ? (entity, id) : null;

    /// <summary>Returns the pairs of a list of keys and values, the last of equal keys.</summary>
    public static ImmutableDictionary<string, JsonElement> PairsOf(JsonElement list)
    {
        var pairs = Nothing.ToBuilder();
        if (list.ValueKind == JsonValueKind.Array)
        {
            foreach (var pair in list.EnumerateArray())
            {
                if (pair.Text("key") is { } key)
                {
                    pairs[key] = pair.Member("value");
                }
            }
        }

        return pairs.ToImmutable();
    }

    /// <summary>Reads an entity, or a reference to one.</summary>
    public static DynamicsRecord RecordIn(JsonElement value, string entity) => new(
        value.Text("LogicalName") ?? entity, DynamicsId.Read(value.Text("Id")), PairsOf(value.Member("Attributes")),
        PairsOf(value.Member("FormattedValues")).Where(pair => pair.Value.ValueKind == JsonValueKind.String)
            .ToImmutableDictionary(pair => pair.Key, pair => pair.Value.GetString()!));

    /// <summary>Returns the record of a message. Older messages name it and its state as parameters.</summary>
    private static DynamicsRecord TargetOf(ImmutableDictionary<string, JsonElement> parameters, string entity)
    {
        var target = parameters.GetValueOrDefault("Target", parameters.GetValueOrDefault("EntityMoniker"));
        var record = RecordIn(target, entity);
        var values = record.Values;
        foreach (var (parameter, column) in new[] { ("State", "statecode"), ("Status", "statuscode"), ("Assignee", "ownerid") })
        {
            if (parameters.TryGetValue(parameter, out var value) && !values.ContainsKey(column))
            {
                values = values.SetItem(column, value);
            }
        }

        return record with { Values = values };
    }

    /// <summary>Joins the images of a record, whose names each administrator chooses.</summary>
    private static DynamicsRecord ImageOf(JsonElement images, string entity) =>
        PairsOf(images).Values.Where(image => image.ValueKind == JsonValueKind.Object)
            .Aggregate(DynamicsRecord.Empty with { Entity = entity }, (joined, image) => joined.Over(RecordIn(image, entity)));

    /// <summary>Returns the column of a member: a lookup's is in the middle of it.</summary>
    private static string ColumnOf(string member) =>
        member.StartsWith('_') && member.EndsWith("_value", StringComparison.Ordinal) && member.Length > "__value".Length
            ? member[1..^"_value".Length]
            : member;

    [GeneratedRegex(@"^/Date\((?<ms>-?[0-9]{1,17})(?:[+-][0-9]{4})?\)/$", RegexOptions.CultureInvariant)]
    private static partial Regex MicrosoftDate();
}
