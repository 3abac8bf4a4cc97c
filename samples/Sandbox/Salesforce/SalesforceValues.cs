using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>How Salesforce reads and writes values.</summary>
internal static class SalesforceValues
{
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);

    public static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    public static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag,
        decimal number => number,
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset time => Of(time),
        _ => throw new InvalidOperationException($"Unknown value {value.GetType().Name}."),
    };

    /// <summary>The value as it is kept; empty text is none.</summary>
    public static object? FromJson(SalesforceField field, JsonNode? node) => node is null ? null : (field.Kind, node.GetValueKind()) switch
    {
        (FieldKind.Bool, JsonValueKind.True or JsonValueKind.False) => node.GetValue<bool>(),
        (FieldKind.Number, JsonValueKind.Number) => decimal.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture),
        (FieldKind.Text or FieldKind.Email or FieldKind.Id, JsonValueKind.String) => node.GetValue<string>() is { Length: > 0 } text ? text : null,
        (FieldKind.Date, JsonValueKind.String) when TryTime(node.GetValue<string>(), out var time) => DateOnly.FromDateTime(time.UtcDateTime),
        (FieldKind.DateTime, JsonValueKind.String) when TryTime(node.GetValue<string>(), out var time) => time,
        _ => throw new SalesforceException(400, "JSON_PARSER_ERROR", $"Cannot deserialize instance of {field.Kind.ToString().ToLowerInvariant()} from {node.ToJsonString()} for {field.Name}", field.Name),
    };

    /// <summary>Orders two values of a kind; those that are null come first.</summary>
    public static int Compare(object? left, object? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string a, string b) => string.Compare(a, b, StringComparison.OrdinalIgnoreCase),
        (IComparable a, _) when a.GetType() == right.GetType() => a.CompareTo(right),
        _ => throw new InvalidOperationException($"{left} and {right} cannot be compared."),
    };
}
