using System.Collections.Immutable;
using System.Text.RegularExpressions;

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

    /// <summary>All patterns in one, because making one for each costs a hub a noticeable part of its start.</summary>
    private readonly Regex _pattern = new(
        $"^(?:{string.Join('|', patterns.Select(Escape))})$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);

    /// <summary>Whether a key is a shared address.</summary>
    public bool Contains(IdentityKey key) =>
        key.Kind == IdentityKind.Email && _pattern.IsMatch(key.Id);

    /// <summary>Returns the keys that identify a person.</summary>
    public IReadOnlyList<IdentityKey> Without(IEnumerable<IdentityKey> keys) => [.. keys.Where(key => !Contains(key))];

    private static string Escape(string pattern) => Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal);
}
