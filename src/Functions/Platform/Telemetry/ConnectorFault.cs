namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>The kind of a connector's last failure.</summary>
public enum ConnectorFault
{
    /// <summary>The tool answered and refused one request, which is not an outage.</summary>
    Refused,

    /// <summary>The tool did not answer, or could not.</summary>
    Unavailable,

    /// <summary>The tool rejects the credentials; somebody must renew them.</summary>
    NeedsAuthorization,
}
