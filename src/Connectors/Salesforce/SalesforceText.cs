namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Cuts texts to the length of their fields: one text that is too long makes
/// Salesforce refuse the record.</summary>
internal static class SalesforceText
{
    private const int Usual = 255;

    private static readonly Dictionary<string, int> Lengths = new()
    { ["FirstName"] = 40, ["LastName"] = 80, ["Phone"] = 40, ["Country"] = 80, ["Title"] = 128, ["Description"] = 32_000 };

    /// <summary>Returns the text, cut with an ellipsis when it is too long.</summary>
    public static string Fit(string field, string text)
    {
        var most = Lengths.GetValueOrDefault(field, Usual);
        if (text.Length <= most)
        {
            return text;
        }

        // Never split a surrogate pair.
        var cut = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return string.Concat(text.AsSpan(0, cut), "…");
    }
}
