namespace IntegrationHub.Connectors.Events;

/// <summary>Cuts texts to the length of a tool's field.</summary>
internal static class TextLength
{
    /// <summary>Returns the text, cut with an ellipsis when it has more than <paramref name="most"/> characters. A surrogate
    /// pair is never split.</summary>
    public static string Fit(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        var cut = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return string.Concat(text.AsSpan(0, cut), "…");
    }
}
