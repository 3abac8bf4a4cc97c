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

    /// <summary>Whether a text matches a pattern in which each <c>*</c> stands for any text, also for none. Case counts.</summary>
    public static bool MatchesAnywhere(string pattern, string text)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return text == pattern;
        }

        var (first, last) = (parts[0], parts[^1]);
        if (text.Length < first.Length + last.Length
            || !text.StartsWith(first, StringComparison.Ordinal)
            || !text.EndsWith(last, StringComparison.Ordinal))
        {
            return false;
        }

        // Each part between is found at its earliest place, which leaves the most for the next.
        var (at, end) = (first.Length, text.Length - last.Length);
        foreach (var part in parts[1..^1])
        {
            var found = text.IndexOf(part, at, end - at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return true;
    }
}
