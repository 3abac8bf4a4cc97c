namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>A deal stage; probability 1 is won, 0 is lost.</summary>
internal sealed record HubSpotStage(string Id, string Label, double Probability)
{
    public bool IsClosed => Probability is 0 or 1;

    public bool IsWon => Probability is 1;

    public static List<HubSpotStage> Default() =>
    [
        new("appointmentscheduled", "Appointment Scheduled", 0.2),
        new("qualifiedtobuy", "Qualified To Buy", 0.4),
        new("presentationscheduled", "Presentation Scheduled", 0.6),
        new("decisionmakerboughtin", "Decision Maker Bought-In", 0.8),
        new("contractsent", "Contract Sent", 0.9),
        new("closedwon", "Closed Won", 1),
        new("closedlost", "Closed Lost", 0),
    ];
}
