using System.Collections.Immutable;
using System.IO.Enumeration;

namespace IntegrationHub.Funnel;

/// <summary>Addresses that several people read, such as <c>info@…</c>. They identify nobody: they join no leads, find none, and are
/// no key by which anybody is erased.</summary>
/// <param name="patterns">The patterns, in lower case. <c>*</c> stands for any text.</param>
public sealed class SharedAddresses(IEnumerable<string> patterns)
{
    /// <summary>The patterns unless configured otherwise: the common role addresses.</summary>
    public static readonly ImmutableArray<string> Usual =
    [
        "info@*", "sales@*", "office@*", "contact@*", "hello@*", "support@*", "service@*", "admin@*", "team@*", "mail@*", "marketing@*",
        "accounting@*", "billing@*", "kontakt@*", "vertrieb@*", "buero@*", "noreply@*", "no-reply@*", "postmaster@*", "webmaster@*",
    ];

    /// <summary>The patterns, with everything escaped but the asterisk.</summary>
    private readonly ImmutableArray<string> _patterns =
    [
        .. patterns.Select(pattern => pattern.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("?", @"\?", StringComparison.Ordinal)),
    ];

    /// <summary>Whether a key is a shared address.</summary>
    public bool Contains(IdentityKey key) =>
        key.Kind == IdentityKind.Email && _patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, key.Id));

    /// <summary>Returns the keys that identify a person.</summary>
    public IReadOnlyList<IdentityKey> Without(IEnumerable<IdentityKey> keys) => [.. keys.Where(key => !Contains(key))];
}
