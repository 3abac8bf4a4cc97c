namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>An opportunity's stage.</summary>
internal sealed record SalesforceStage(string Name, int Probability, string Forecast, bool IsClosed = false, bool IsWon = false)
{
    public static readonly IReadOnlyList<SalesforceStage> Default =
    [
        new("Prospecting", 10, "Pipeline"),
        new("Qualification", 10, "Pipeline"),
        new("Needs Analysis", 20, "Pipeline"),
        new("Value Proposition", 50, "Pipeline"),
        new("Id. Decision Makers", 60, "Pipeline"),
        new("Perception Analysis", 70, "Pipeline"),
        new("Proposal/Price Quote", 75, "Pipeline"),
        new("Negotiation/Review", 90, "Pipeline"),
        new("Closed Won", 100, "Closed", IsClosed: true, IsWon: true),
        new("Closed Lost", 0, "Omitted", IsClosed: true),
    ];

    public static readonly IReadOnlyList<(string Name, bool IsConverted)> LeadStatuses =
        [("Open - Not Contacted", false), ("Working - Contacted", false), ("Closed - Converted", true), ("Closed - Not Converted", false)];
}
