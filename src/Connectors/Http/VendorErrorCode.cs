using System.Text.Json;
using System.Text.RegularExpressions;

namespace IntegrationHub.Connectors.Http;

/// <summary>Finds the vendor's error code in a response body. Messages are ignored because they quote what was
/// sent, such as addresses.</summary>
internal static partial class VendorErrorCode
{
    private static readonly string[] Names = ["errorCode", "error_code", "code", "category", "error", "title"];

    /// <summary>Returns the first plain error code in a body of any vendor; null when there is none.</summary>
    public static string? Read(string? body)
    {
        if (string.IsNullOrWhiteSpace(body))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return Find(document.RootElement);
        }
        catch (JsonException)
        {
            // An HTML page has no code.
            return null;
        }
    }

    private static string? Find(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array when element.GetArrayLength() > 0 => Find(element[0]),
        JsonValueKind.Object => Names.Select(name => Of(element, name)).FirstOrDefault(code => code is not null)
            ?? (element.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? Find(error) : null)
            ?? (element.TryGetProperty("errors", out var errors) ? Find(errors) : null),
        _ => null,
    };

    private static string? Of(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && Plain().IsMatch(value.GetString()!)
            ? value.GetString() : null;

    [GeneratedRegex("^[A-Za-z0-9_. -]{1,64}$")]
    private static partial Regex Plain();
}
