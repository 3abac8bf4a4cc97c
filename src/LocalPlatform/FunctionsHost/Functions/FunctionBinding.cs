using System.Text.Json;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Functions;

/// <summary>One binding of a function, as JSON.</summary>
internal sealed class FunctionBinding
{
    private readonly Dictionary<string, JsonElement> _properties;

    /// <summary>Reads a binding.</summary>
    public FunctionBinding(string json)
    {
        using var document = JsonDocument.Parse(json);
        _properties = document.RootElement.EnumerateObject()
            .ToDictionary(each => each.Name, each => each.Value.Clone(), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Gets the parameter.</summary>
    public string Name => Text("name") ?? "";

    /// <summary>Gets the type, such as <c>httpTrigger</c>.</summary>
    public string Type => Text("type") ?? "";

    /// <summary>Gets whether it starts the function.</summary>
    public bool IsTrigger => Type.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets whether it is the answer of an HTTP function, which the worker writes itself.</summary>
    public bool IsHttpAnswer => Type.Equals("http", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets whether the parameter has the trigger's own type and not just its content.</summary>
    public bool SupportsDeferredBinding =>
        _properties.GetValueOrDefault("properties") is { ValueKind: JsonValueKind.Object } properties
        && properties.TryGetProperty("supportsDeferredBinding", out var supports)
        && bool.TryParse(supports.ToString(), out var flag)
        && flag;

    /// <summary>Returns a property as text; null when it is absent or null.</summary>
    public string? Text(string name) => _properties.GetValueOrDefault(name) switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        var other => other.GetRawText(),
    };

    /// <summary>Returns a property as a flag; null when it is absent.</summary>
    public bool? Flag(string name) => bool.TryParse(Text(name), out var flag) ? flag : null;

    /// <summary>Returns a property as a list; empty when it is absent.</summary>
    public IReadOnlyList<string> List(string name) =>
        _properties.GetValueOrDefault(name) is { ValueKind: JsonValueKind.Array } array
            ? [.. array.EnumerateArray().Select(each => each.GetString() ?? "")]
            : [];
}
