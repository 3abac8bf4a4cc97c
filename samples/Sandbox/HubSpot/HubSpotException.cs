namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>A call that HubSpot refuses.</summary>
internal sealed class HubSpotException(int status, string category, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Category { get; } = category;

    public static HubSpotException Invalid(string message) => new(400, "VALIDATION_ERROR", message);

    public static HubSpotException NotFound() => new(404, "OBJECT_NOT_FOUND", "resource not found");
}
