using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Cuts texts to the length of their fields: one text that is too long makes
/// Salesforce refuse the record.</summary>
internal static class SalesforceText
{
    private const int Usual = 255;

    private static readonly Dictionary<string, int> Lengths = new()
    { ["FirstName"] = 40, ["LastName"] = 80, ["Phone"] = 40, ["Country"] = 80, ["Title"] = 128, ["Description"] = 32_000 };

    /// <summary>Returns the text, cut with an ellipsis when it is too long.</summary>
    public static string Fit(string field, string text) => TextLength.Fit(text, Lengths.GetValueOrDefault(field, Usual));
}
