using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Record ids. Salesforce writes them with 15 case-sensitive characters, or with 18, where the last three
/// encode the case. The hub uses the long form.</summary>
internal static class SalesforceId
{
    private const string CaseLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    /// <summary>The prefixes of ids by object.</summary>
    public const string LeadPrefix = "00Q", ContactPrefix = "003", UserPrefix = "005";

    /// <summary>Whether a text has the form of an id.</summary>
    public static bool IsId(string? text) => text is { Length: 15 or 18 } && text.All(char.IsAsciiLetterOrDigit);

    /// <summary>Returns the 18-character form of a copied id: with blanks, in the short form, or in the long form with
    /// lost case. Returns any other text unchanged.</summary>
    public static string Normalise(string id)
    {
        var clean = CopiedId.Clean(id);
        if (!IsId(clean))
        {
            return clean;
        }

        if (clean.Length == 15)
        {
            return WithSuffix(clean);
        }

        if (WithSuffix(clean[..15]) is var whole && whole.Equals(clean, StringComparison.OrdinalIgnoreCase))
        {
            return whole;
        }

        var lostItsCase = !clean.Any(char.IsAsciiLetterLower) || !clean.Any(char.IsAsciiLetterUpper);
        return lostItsCase && WithSuffix(WithCaseOf(clean)) is var restored && restored.Equals(clean, StringComparison.OrdinalIgnoreCase)
            ? restored : clean;
    }

    private static string WithSuffix(string id)
    {
        Span<char> suffix = stackalloc char[3];
        for (var block = 0; block < 3; block++)
        {
            var bits = 0;
            for (var i = 0; i < 5; i++)
            {
                bits |= char.IsAsciiLetterUpper(id[(block * 5) + i]) ? 1 << i : 0;
            }

            suffix[block] = CaseLetters[bits];
        }

        return string.Concat(id, suffix);
    }

    /// <summary>Restores the case of the short form from the last three characters of the long one.</summary>
    private static string WithCaseOf(string id) => string.Create(15, id, static (letters, id) =>
    {
        for (var i = 0; i < letters.Length; i++)
        {
            var bits = CaseLetters.IndexOf(char.ToUpperInvariant(id[15 + (i / 5)]), StringComparison.Ordinal);
            letters[i] = bits >= 0 && (bits & (1 << (i % 5))) != 0 ? char.ToUpperInvariant(id[i]) : char.ToLowerInvariant(id[i]);
        }
    });
}
