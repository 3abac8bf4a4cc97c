namespace IntegrationHub.Funnel;

/// <summary>Conditions on texts, as settings write them.</summary>
internal static class TextPattern
{
    /// <summary>Whether a text is as a pattern says: case does not count, nor blanks around it, and a pattern that ends in <c>*</c> is a beginning. Null as a pattern holds for all; null as a text for none else.</summary>
    public static bool Matches(string? pattern, string? text) =>
        pattern is null
        || (text is not null && (pattern.EndsWith('*')
            ? text.Trim().StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
            : text.Trim().Equals(pattern, StringComparison.OrdinalIgnoreCase)));
}
