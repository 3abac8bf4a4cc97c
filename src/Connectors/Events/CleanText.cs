using System.Text.RegularExpressions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>Takes from free text what would name or reach a person: addresses, phone numbers and the queries of links
/// become "…".</summary>
public static partial class CleanText
{
    private const string Hidden = "…";
    private const int FewestDigits = 7;

    /// <summary>Returns the text without addresses, phone numbers and queries of links; null for none.</summary>
    /// <param name="longest">The longest result, on one line; null keeps length and lines.</param>
    public static string? Of(string? text, int? longest = null)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var clean = Phone().Replace(
            Address().Replace(Query().Replace(text, Hidden), Hidden), found => IsPhone(found.Value) ? Hidden : found.Value);
        return longest is { } most ? OneLine.Of(clean, most) : clean.Trim();
    }

    /// <summary>Whether digits are a phone number. A date of eight digits and an amount are none.</summary>
    private static bool IsPhone(string found) =>
        found.Count(char.IsDigit) >= FewestDigits && !Date().IsMatch(found)
        && (found[0] is '+' or '0' or '(' || Grouped().IsMatch(found));

    [GeneratedRegex(@"[^\s@<>()\[\],;:""]+@[^\s@<>()\[\],;:""]+\.[\p{L}\p{N}-]+", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Address();

    [GeneratedRegex(@"(?<=https?://[^\s?]{1,300})\?[^\s<>""]+", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex Query();

    [GeneratedRegex(@"(?<![\p{L}\p{N}.,])[+(]?\d[\d ()/.\-]{5,30}\d(?![\p{L}\p{N}])", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Phone();

    [GeneratedRegex(@"^(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Date();

    /// <summary>Three groups as numbers are written in North America.</summary>
    [GeneratedRegex(@"^\d{3}[-. ]\d{3}[-. ]\d{4}$", RegexOptions.CultureInvariant)]
    private static partial Regex Grouped();
}
