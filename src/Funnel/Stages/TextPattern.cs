namespace IntegrationHub.Funnel;

/// <summary>Text conditions of settings.</summary>
internal static class TextPattern
{
    /// <summary>Whether a text matches a pattern, ignoring case and surrounding blanks; a trailing <c>*</c> matches any
    /// ending. A null pattern matches everything; a null text matches only that.</summary>
    public static bool Matches(string? pattern, string? text) =>
        pattern is null
        || (text is not null && (pattern.EndsWith('*')
            ? text.Trim().StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
            : text.Trim().Equals(pattern, StringComparison.OrdinalIgnoreCase)));
}
