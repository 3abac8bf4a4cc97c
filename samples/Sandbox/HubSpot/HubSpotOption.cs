namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>One allowed value of a property.</summary>
internal sealed record HubSpotOption(string Value, string Label)
{
    public static List<HubSpotOption> LifecycleStages() =>
    [
        new("subscriber", "Subscriber"),
        new("lead", "Lead"),
        new("marketingqualifiedlead", "Marketing Qualified Lead"),
        new("salesqualifiedlead", "Sales Qualified Lead"),
        new("opportunity", "Opportunity"),
        new("customer", "Customer"),
        new("evangelist", "Evangelist"),
        new("other", "Other"),
    ];

    public static List<HubSpotOption> LeadStatuses() =>
        Plain("NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT", "CONNECTED", "BAD_TIMING");

    public static List<HubSpotOption> Plain(params string[] values) => [.. values.Select(value => new HubSpotOption(value, value))];
}
