using System.Net;
using System.Text;

namespace IntegrationHub.Connectors.Events;

/// <summary>A form as vendors post it (<c>application/x-www-form-urlencoded</c>), by whole keys such as
/// <c>data[merges][EMAIL]</c>. Everything in it is text.</summary>
internal sealed class FormFields
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Parses a body. A plus is a blank, bytes that are not UTF-8 become U+FFFD, and the last of equal keys
    /// counts, as in PHP.</summary>
    public static FormFields Parse(ReadOnlyMemory<byte> body)
    {
        var form = new FormFields();
        foreach (var pair in Encoding.UTF8.GetString(body.Span).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var (key, value) = equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
            form._values[WebUtility.UrlDecode(key)] = WebUtility.UrlDecode(value);
        }

        return form;
    }

    /// <summary>Returns a value without surrounding blanks; null for a blank and a missing one.</summary>
    public string? Text(string key) => Said(key) is { Length: > 0 } text ? text : null;

    /// <summary>Returns a value without surrounding blanks: "" for a blank one, null for a missing one.</summary>
    public string? Said(string key) => _values.GetValueOrDefault(key)?.Trim();

    /// <summary>Returns a profile value: "" when the tool cleared it, null when it is missing or withheld.</summary>
    public string? Profile(string key) => Said(key) is { } text && !Withheld.Is(text) ? text : null;

    /// <summary>Returns the canonical form of an address; null for none.</summary>
    public string? Email(string key) => Funnel.EmailAddress.TryParse(Text(key), out var email) ? email.Address : null;

    /// <summary>Returns the values of a list: <c>updated_fields[0]</c>, <c>updated_fields[1]</c> and so on.</summary>
    public IEnumerable<string> Items(string key) =>
        _values.Where(pair => pair.Key.StartsWith($"{key}[", StringComparison.Ordinal)).Select(pair => pair.Value.Trim());

    /// <summary>Returns all fields in order of their keys, as one text that is the same for the same content.</summary>
    public string Canonical() =>
        string.Join('&', _values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
}
