using System.Diagnostics.CodeAnalysis;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace IntegrationHub.Funnel;

/// <summary>
/// A person's e-mail address in the one form the hub compares: trimmed, Unicode NFC, lower case, valid. Printing one by accident shows no address;
/// whoever needs it asks for <see cref="Address"/>.
/// </summary>
public sealed partial record EmailAddress
{
    /// <summary>The longest address that can be delivered to, by RFC 5321.</summary>
    private const int LongestAddress = 254;

    private EmailAddress(string address) => Address = address;

    /// <summary>Gets the address itself. Personal data: never to be logged.</summary>
    public string Address { get; }

    /// <summary>Reads an address from outside. Blank, malformed, too long, with a display name or a control character: not an address.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EmailAddress? email)
    {
        var trimmed = text?.Trim().Normalize(NormalizationForm.FormC).ToLowerInvariant();
        email = !string.IsNullOrEmpty(trimmed)
            && trimmed.Length <= LongestAddress
            && !trimmed.Any(character => char.IsControl(character) || char.IsWhiteSpace(character))
            && MailAddress.TryCreate(trimmed, out var parsed)
            && parsed.Address == trimmed
            && parsed.Host.Contains('.', StringComparison.Ordinal)
                ? new(trimmed)
                : null;
        return email is not null;
    }

    /// <summary>A text with everything that looks like an address in the form that shows none: an address as <see cref="ToString"/> has it, what only looks like one as <c>email:unreadable</c>.</summary>
    public static string HideIn(string text) => LooksLikeAddress().Replace(text, found => TryParse(found.Value, out var email) ? email.ToString() : "email:unreadable");

    /// <inheritdoc/>
    public override string ToString() => $"email:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Address)))[..12]}";

    /// <summary>Rather too much than too little, but not beyond what divides the parts of a dedupe key.</summary>
    [GeneratedRegex("""[^\s|<>(),;:"]+@[^\s|<>(),;:"#?/]+""", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeAddress();
}
