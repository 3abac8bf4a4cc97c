namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>What kind of failure a connector's last one was.</summary>
public enum ConnectorFault
{
    /// <summary>The tool was there and refused one thing: nobody is blind for that.</summary>
    Refused,

    /// <summary>The tool did not answer, or could not.</summary>
    Unavailable,

    /// <summary>The tool no longer takes the connector's credentials: somebody has to renew them.</summary>
    NeedsAuthorization,
}
