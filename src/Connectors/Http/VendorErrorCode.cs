using System.Text.Json;
using System.Text.RegularExpressions;

namespace IntegrationHub.Connectors.Http;

/// <summary>Finds a vendor's code in the body of its refusal. Messages are not taken: they quote what was sent, so people's addresses.</summary>
internal static partial class VendorErrorCode
{
    private static readonly string[] Names = ["errorCode", "error_code", "code", "category", "error", "title"];

    /// <summary>Reads the code.</summary>
    /// <param name="body">The body, in any vendor's form; may be null.</param>
    /// <returns>The first plain code in it; null where there is none.</returns>
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
            // A page for people has no code.
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
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && Plain().IsMatch(value.GetString()!) ? value.GetString() : null;

    [GeneratedRegex("^[A-Za-z0-9_. -]{1,64}$")]
    private static partial Regex Plain();
}
