using System.Globalization;

namespace IntegrationHub.Connectors.Events;

/// <summary>Cleans ids that people copied.</summary>
public static class CopiedId
{
    /// <summary>Returns the id without blanks and invisible characters.</summary>
    public static string Clean(string id) =>
        id.All(char.IsAsciiLetterOrDigit)
            ? id
            : string.Concat(
                id.Where(character =>
                    !char.IsWhiteSpace(character)
                        && char.GetUnicodeCategory(character) is not (UnicodeCategory.Format or UnicodeCategory.Control)));
}
