using System.Diagnostics.CodeAnalysis;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Funnel;

/// <summary>
/// A person's e-mail address in the one form the hub compares: trimmed, Unicode NFC, lower case, valid. Printing one by accident shows no address;
/// whoever needs it asks for <see cref="Address"/>.
/// </summary>
public sealed record EmailAddress
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

    /// <inheritdoc/>
    public override string ToString() => $"email:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Address)))[..12]}";
}
