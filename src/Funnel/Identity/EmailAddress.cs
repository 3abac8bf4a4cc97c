using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IntegrationHub.Funnel;

/// <summary>A canonical e-mail address: Unicode NFC, lower case, trimmed, without invisible characters, the domain in
/// Unicode. <see cref="ToString"/> shows nothing of it; use <see cref="Address"/>.</summary>
/// <remarks>Accepts what mail servers deliver to, at most 254 characters. The part before the last <c>@</c> has
/// letters, digits, non-ASCII characters and <c>!#$%&amp;'*+-/=?^_`{|}~.</c>, or is quoted. Dots may stand anywhere,
/// because real carriers have addresses like <c>a..b@</c>. The domain has at least two labels of letters, digits,
/// <c>-</c> and <c>_</c> without <c>-</c> at their ends, and does not end in a number.</remarks>
public sealed partial record EmailAddress
{
    /// <summary>The longest deliverable address, by RFC 5321.</summary>
    private const int LongestAddress = 254;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    private EmailAddress(string local, string domain, string asciiDomain) =>
        (Address, Ascii) = ($"{local}@{domain}", $"{local}@{asciiDomain}");

    /// <summary>Gets the address. Personal data: never log it.</summary>
    public string Address { get; }

    /// <summary>Gets the address with its domain in ASCII. Personal data: never log it.</summary>
    public string Ascii { get; }

    /// <summary>Parses an address. Blank, malformed or too long text, a display name and control
    /// characters are rejected.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EmailAddress? email)
    {
        var clean = Clean(text);
        var at = clean?.LastIndexOf('@') ?? -1;
        email = at > 0
            && clean!.Length <= LongestAddress
            && LocalPart(clean[..at]) is { } local
            && TryReadDomain(clean[(at + 1)..], out var domain, out var ascii)
            && local.Length + 1 + ascii.Length <= LongestAddress
                ? new(local, domain, ascii)
                : null;
        return email is not null;
    }

    /// <summary>Returns the addresses in a text.</summary>
    public static IReadOnlyList<EmailAddress> FindIn(string text) =>
        [.. LooksLikeAddress().Matches(text)
            .Select(found => TryParse(found.Value, out var email) ? email : null).OfType<EmailAddress>().Distinct()];

    /// <summary>Replaces everything in a text that looks like an address.</summary>
    /// <param name="replacement">Returns the replacement; called with null for what only looks like an address.</param>
    internal static string Replace(string text, Func<EmailAddress?, string> replacement) =>
        LooksLikeAddress().Replace(text, found => replacement(TryParse(found.Value, out var email) ? email : null));

    /// <inheritdoc/>
    public override string ToString() => "email:hidden";

    /// <summary>Normalises a text: trimmed, NFC, lower case, without invisible characters. Null
    /// when it is not a text.</summary>
    private static string? Clean(string? text)
    {
        if (text is null || text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar))
        {
            return null;
        }

        var seen = string.Concat(text.EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format));
        return seen.Trim().Normalize(NormalizationForm.FormC).ToLowerInvariant().Normalize(NormalizationForm.FormC);
    }

    /// <summary>Returns the part before the <c>@</c> without needless quotes; null when it is invalid.</summary>
    private static string? LocalPart(string text) =>
        Quoted().Match(text) is { Success: true } quoted
            ? Plain().IsMatch(quoted.Groups["text"].Value) ? quoted.Groups["text"].Value : text
            : Plain().IsMatch(text) ? text : null;

    /// <summary>Parses a domain into its two forms. A domain that only looks encoded is used as written.</summary>
    private static bool TryReadDomain(string text, out string domain, out string ascii)
    {
        (domain, ascii) = (text, text);
        var isAscii = text.All(char.IsAscii);
        if (!isAscii || text.Contains("xn--", StringComparison.Ordinal))
        {
            try
            {
                ascii = Idn.GetAscii(text).ToLowerInvariant();
                domain = Idn.GetUnicode(ascii).Normalize(NormalizationForm.FormC);
            }
            catch (ArgumentException) when (isAscii)
            {
                domain = ascii = text;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        return Domain().IsMatch(ascii);
    }

    [GeneratedRegex("""^(?=.*[^.])(?:[a-z0-9!#$%&'*+/=?^_`{|}~.-]|[^\x00-\x7F\s\p{C}])+$""", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex("""^"(?<text>[^\\"\s\p{C}]+)"$""", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(
        """^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$""", RegexOptions.CultureInvariant)]
    private static partial Regex Domain();

    /// <summary>Matches rather too much than too little, but never across the separators of a dedupe key.</summary>
    [GeneratedRegex("""[^\s|<>(),;:"]+@[^\s|<>(),;:"#?/]+""", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeAddress();
}
