namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>Who changes something. People may move a lifecycle stage back, the API may not.</summary>
internal sealed record HubSpotSource(string Type, string Id)
{
    public static readonly HubSpotSource Person = new("CRM_UI", "userId:70000001");

    /// <summary>A workflow.</summary>
    public static readonly HubSpotSource Automation = new("AUTOMATION_PLATFORM", "enrollmentId:1");

    public static HubSpotSource App(long appId) => new("INTEGRATION", $"{appId}");
}
