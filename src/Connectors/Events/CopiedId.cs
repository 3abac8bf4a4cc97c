using System.Globalization;

namespace IntegrationHub.Connectors.Events;

/// <summary>Reads ids as people copy them.</summary>
public static class CopiedId
{
    /// <summary>The id without blanks and characters that nobody sees.</summary>
    public static string Clean(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.All(char.IsAsciiLetterOrDigit) ? id : string.Concat(id.Where(character => !char.IsWhiteSpace(character) && char.GetUnicodeCategory(character) is not (UnicodeCategory.Format or UnicodeCategory.Control)));
    }
}
