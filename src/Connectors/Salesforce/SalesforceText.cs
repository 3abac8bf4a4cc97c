namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Cuts texts to what their fields hold: Salesforce refuses a whole record for one that is too long.</summary>
internal static class SalesforceText
{
    private const int Usual = 255;

    private static readonly Dictionary<string, int> Lengths = new() { ["FirstName"] = 40, ["LastName"] = 80, ["Phone"] = 40, ["Country"] = 80, ["Title"] = 128, ["Description"] = 32_000 };

    /// <summary>The text as the field takes it; a cut shows.</summary>
    public static string Fit(string field, string text)
    {
        var most = Lengths.GetValueOrDefault(field, Usual);
        if (text.Length <= most)
        {
            return text;
        }

        // Not between the two halves of one character.
        var cut = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return string.Concat(text.AsSpan(0, cut), "…");
    }
}
