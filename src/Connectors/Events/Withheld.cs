using System.Text.RegularExpressions;

namespace IntegrationHub.Connectors.Events;

/// <summary>Recognises placeholders for withheld values. A withheld value is neither known nor cleared.</summary>
internal static partial class Withheld
{
    /// <summary>HubSpot's placeholder for a sensitive value.</summary>
    private const string Redacted = "REDACTED";

    /// <summary>Whether a text is a placeholder: the word itself, or a mask of asterisks or bullets that may show a few
    /// characters (<c>*****1234</c>, <c>a***@example.com</c>).</summary>
    public static bool Is(string? text) =>
        text?.Trim() is { Length: > 0 } value
        && (value.Trim('[', ']', '<', '>', '(', ')') == Redacted || (Mask().IsMatch(value) && !IsTitle(value)));

    /// <summary>Whether asterisks stand beside words, as in <c>*** urgent ***</c>.</summary>
    private static bool IsTitle(string value) => value.Any(char.IsWhiteSpace) && value.Any(char.IsLetter);

    [GeneratedRegex("[*•●]{3}", RegexOptions.CultureInvariant)]
    private static partial Regex Mask();
}
