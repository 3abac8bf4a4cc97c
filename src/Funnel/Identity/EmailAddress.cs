using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace IntegrationHub.Funnel;

/// <summary>
/// A person's e-mail address in the one form the hub compares: Unicode NFC, lower case, without blanks around it or invisible characters in it, the domain as people read it (<c>bücher.example</c>, never
/// <c>xn--bcher-kva.example</c>). Printing one by accident shows no address; whoever needs it asks for <see cref="Address"/>.
/// </summary>
/// <remarks>
/// What mail servers deliver to is an address. Before the last <c>@</c>: letters, digits, any character outside ASCII, and <c>!#$%&amp;'*+-/=?^_`{|}~.</c>, with dots in any place, since real carriers have
/// addresses like <c>a..b@</c> and <c>a.@</c>; or a text in double quotes, which are left out where they are not needed. After it: at least two labels of letters, digits, <c>-</c> and <c>_</c> that
/// begin and end with none of <c>-</c>, the last of them not a number. At most 254 characters.
/// </remarks>
public sealed partial record EmailAddress
{
    /// <summary>The longest address that can be delivered to, by RFC 5321.</summary>
    private const int LongestAddress = 254;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    private EmailAddress(string local, string domain, string asciiDomain) => (Address, Ascii) = ($"{local}@{domain}", $"{local}@{asciiDomain}");

    /// <summary>Gets the address itself. Personal data: never to be logged.</summary>
    public string Address { get; }

    /// <summary>Gets the same address with its domain in ASCII, for tools that take no other. Personal data: never to be logged.</summary>
    public string Ascii { get; }

    /// <summary>Reads an address from outside. Blank, malformed, too long, with a display name or a control character: not an address.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EmailAddress? email)
    {
        var clean = Clean(text);
        var at = clean?.LastIndexOf('@') ?? -1;
        email = at > 0 && clean!.Length <= LongestAddress && LocalPart(clean[..at]) is { } local && TryReadDomain(clean[(at + 1)..], out var domain, out var ascii)
            && local.Length + 1 + ascii.Length <= LongestAddress
                ? new(local, domain, ascii)
                : null;
        return email is not null;
    }

    /// <summary>A text with everything that looks like an address in the form that shows none: an address as <see cref="ToString"/> has it, what only looks like one as <c>email:unreadable</c>.</summary>
    public static string HideIn(string text) => LooksLikeAddress().Replace(text, found => TryParse(found.Value, out var email) ? email.ToString() : "email:unreadable");

    /// <inheritdoc/>
    public override string ToString() => $"email:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Address)))[..12]}";

    /// <summary>Trimmed, without characters that nobody sees, NFC, lower case. Null where it is no text at all.</summary>
    private static string? Clean(string? text)
    {
        if (text is null || text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar))
        {
            return null;
        }

        var seen = string.Concat(text.EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format));
        return seen.Trim().Normalize(NormalizationForm.FormC).ToLowerInvariant().Normalize(NormalizationForm.FormC);
    }

    /// <summary>The part before the <c>@</c>, without quotes that say nothing; null where it is none.</summary>
    private static string? LocalPart(string text) =>
        Quoted().Match(text) is { Success: true } quoted
            ? Plain().IsMatch(quoted.Groups["text"].Value) ? quoted.Groups["text"].Value : text
            : Plain().IsMatch(text) ? text : null;

    /// <summary>Reads a domain into its two forms. One that only looks encoded is taken as it is written.</summary>
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

    [GeneratedRegex("""^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$""", RegexOptions.CultureInvariant)]
    private static partial Regex Domain();

    /// <summary>Rather too much than too little, but not beyond what divides the parts of a dedupe key.</summary>
    [GeneratedRegex("""[^\s|<>(),;:"]+@[^\s|<>(),;:"#?/]+""", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeAddress();
}
