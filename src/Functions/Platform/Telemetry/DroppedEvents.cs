namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>Counts events that were dropped, in the metrics and in the connector's state.</summary>
internal sealed class DroppedEvents(HubMetrics metrics, ConnectorStateStore states)
{
    /// <summary>Counts events of a connector.</summary>
    /// <param name="reason">The tag of the metric.</param>
    public void Count(string connector, string reason, int events)
    {
        metrics.Dropped(connector, reason, events);
        states.Dropped(connector, events);
    }
}
