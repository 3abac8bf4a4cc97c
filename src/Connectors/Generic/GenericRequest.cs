using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Generic;

/// <summary>A placeholder of a request.</summary>
/// <param name="IsPlain">Whether the value is written into JSON as a number or a truth value where it is one.</param>
internal sealed record Variable(string Name, bool IsPlain);

/// <summary>A request of the settings: method, address below <c>Api:BaseUrl</c>, and body. It only puts values in place, and
/// writes each so that it cannot leave its place: percent-encoded in the address and in forms, escaped in JSON.</summary>
internal sealed class GenericRequest
{
    /// <summary>What an address looks like, for faults.</summary>
    public const string UrlMustBe = "a path that begins with / and has only the placeholders";

    private const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    private readonly Template<Variable> _path;
    private readonly ImmutableArray<(string Name, Template<Variable> Value)> _query;
    private readonly ImmutableArray<(string Name, Template<Variable> Value)> _headers;
    private readonly JsonNode? _json;
    private readonly IReadOnlyDictionary<string, Template<Variable>> _texts;
    private readonly ImmutableArray<(string Name, Template<Variable> Value)> _form;

    private GenericRequest(
        string name, HttpMethod method, (Template<Variable> Path, ImmutableArray<(string Name, Template<Variable> Value)> Query) url,
        ImmutableArray<(string Name, Template<Variable> Value)> headers, Body body, bool isRepeatable)
    {
        (Name, Method, (_path, _query), _headers, IsRepeatable) = (name, method, url, headers, isRepeatable);
        (_json, _texts, _form) = (body.Json, body.Texts, body.Form);
    }

    /// <summary>Gets the request's section in the settings, which names it in faults and logs.</summary>
    public string Name { get; }

    public HttpMethod Method { get; }

    /// <summary>Gets a value indicating whether the request may be sent again after a failure. Methods that only read or set
    /// may be anyway.</summary>
    public bool IsRepeatable { get; }

    /// <summary>Whether the address has a placeholder.</summary>
    public bool Uses(string name) => _path.Values.Concat(_query.SelectMany(pair => pair.Value.Values)).Any(value => value.Name == name);

    /// <summary>Parses a header's value; null for a text with an unknown placeholder.</summary>
    public static Template<Variable>? HeaderOf(string text, IReadOnlyCollection<string> known) => Read(text, known);

    /// <summary>Parses an address; null for a text that is none.</summary>
    /// <param name="known">The names of the placeholders.</param>
    public static (Template<Variable> Path, ImmutableArray<(string Name, Template<Variable> Value)> Query)? UrlOf(
        string text, IReadOnlyCollection<string> known)
    {
        var parts = text.Split('?', 2);
        if (text is not ['/', ..] || text.StartsWith("//", StringComparison.Ordinal) || text.Contains('#', StringComparison.Ordinal)
            || text.Any(char.IsWhiteSpace) || Read(parts[0], known) is not { } path)
        {
            return null;
        }

        return parts.Length == 1 ? (path, []) : PairsOf(parts[1], known) is { } query ? (path, query) : null;
    }

    /// <summary>Parses a body, JSON or a form; null for a text that is neither.</summary>
    public static Body? BodyOf(string? text, IReadOnlyCollection<string> known)
    {
        if (text is null)
        {
            return new(null, new Dictionary<string, Template<Variable>>(), []);
        }

        if (text is not ['{' or '[', ..])
        {
            return PairsOf(text, known) is { } form ? new(null, new Dictionary<string, Template<Variable>>(), form) : null;
        }

        try
        {
            var json = JsonNode.Parse(text);
            var texts = TextsOf(json).Distinct().ToDictionary(one => one, one => Read(one, known));
            return texts.Values.Any(template => template is null) ? null : new(json, texts!, []);
        }
        catch (Exception unreadable) when (unreadable is System.Text.Json.JsonException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Makes the request of its parts.</summary>
    public static GenericRequest Of(
        string name, HttpMethod method, (Template<Variable> Path, ImmutableArray<(string Name, Template<Variable> Value)> Query) url,
        ImmutableArray<(string Name, Template<Variable> Value)> headers, Body body, bool isRepeatable) =>
        new(name, method, url, headers, body, isRepeatable);

    /// <summary>Writes the request, relative to the base address. What is only a placeholder without a value is left out: a
    /// parameter, a member, an element.</summary>
    public HttpRequestMessage Write(IReadOnlyDictionary<string, string?> values)
    {
        var query = Encode(_query, values);
        var address = Escaped(_path, values)[1..] + (query.Length > 0 ? $"?{query}" : "");
        var request = new HttpRequestMessage(Method, new Uri(address, UriKind.Relative))
        {
            Content = _json is not null ? Content(Fill(_json, values)?.ToJsonString() ?? "null", "application/json")
                : _form.Length > 0 ? Content(Encode(_form, values), "application/x-www-form-urlencoded")
                : null,
        };
        foreach (var (header, template) in _headers)
        {
            var value = template.Write(variable => values.GetValueOrDefault(variable.Name));
            request.Headers.TryAddWithoutValidation(header, string.Concat(value.Select(each => char.IsControl(each) ? ' ' : each)));
        }

        if (IsRepeatable)
        {
            request.Options.Set(new HttpRequestOptionsKey<bool>(HttpResilience.Idempotent), true);
        }

        request.Options.Set(new HttpRequestOptionsKey<string>(HttpRequestMessageOptions.RelativePathTemplate), Name);
        return request;
    }

    private static StringContent Content(string text, string type) => new(text, new UTF8Encoding(false), new MediaTypeHeaderValue(type));

    private static Template<Variable>? Read(string text, IReadOnlyCollection<string> known) => Template<Variable>.Parse(text, place =>
    {
        var isPlain = place.EndsWith(":plain", StringComparison.Ordinal);
        var name = isPlain ? place[..^":plain".Length] : place;
        return known.Contains(name) ? new(name, isPlain) : null;
    });

    private static ImmutableArray<(string Name, Template<Variable> Value)>? PairsOf(string text, IReadOnlyCollection<string> known)
    {
        var pairs = ImmutableArray.CreateBuilder<(string, Template<Variable>)>();
        foreach (var pair in text.Split('&'))
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } name, var value] || Read(value, known) is not { } template)
            {
                return null;
            }

            pairs.Add((name, template));
        }

        return pairs.ToImmutable();
    }

    private static string Encode(
        ImmutableArray<(string Name, Template<Variable> Value)> pairs, IReadOnlyDictionary<string, string?> values) =>
        string.Join('&', pairs
            .Where(pair => !pair.Value.IsBare || values.GetValueOrDefault(pair.Value.Values.First().Name) is not null)
            .Select(pair => $"{pair.Name}={Escaped(pair.Value, values)}"));

    private static string Escaped(Template<Variable> template, IReadOnlyDictionary<string, string?> values) =>
        template.Write(variable => Uri.EscapeDataString(values.GetValueOrDefault(variable.Name) ?? ""));

    private static IEnumerable<string> TextsOf(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => TextsOf(member.Value)),
        JsonArray elements => elements.SelectMany(TextsOf),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    private JsonNode? Fill(JsonNode? node, IReadOnlyDictionary<string, string?> values)
    {
        switch (node)
        {
            case JsonObject members:
                return new JsonObject(members.Where(member => IsKept(member.Value, values))
                    .Select(member => KeyValuePair.Create(member.Key, Fill(member.Value, values))));
            case JsonArray elements:
                return new JsonArray([.. elements.Where(element => IsKept(element, values)).Select(element => Fill(element, values))]);
            case JsonValue value when value.TryGetValue<string>(out var text):
                var template = _texts[text];
                var written = template.Write(variable => values.GetValueOrDefault(variable.Name));
                return template.IsBare && template.Values.First().IsPlain ? PlainOf(written) : JsonValue.Create(written);
            default:
                return node?.DeepClone();
        }
    }

    private bool IsKept(JsonNode? node, IReadOnlyDictionary<string, string?> values) =>
        node is not JsonValue value || !value.TryGetValue<string>(out var text) || !_texts[text].IsBare
        || values.GetValueOrDefault(_texts[text].Values.First().Name) is not null;

    private static JsonValue PlainOf(string text) =>
        text is "true" or "false" ? JsonValue.Create(text == "true")
        : decimal.TryParse(text, Number, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number)
        : JsonValue.Create(text);

    /// <summary>A body's template.</summary>
    /// <param name="Json">The JSON; null for none.</param>
    /// <param name="Texts">The templates of the JSON's texts.</param>
    /// <param name="Form">The fields of a form; empty for none.</param>
    internal sealed record Body(
        JsonNode? Json, IReadOnlyDictionary<string, Template<Variable>> Texts,
        ImmutableArray<(string Name, Template<Variable> Value)> Form);
}
