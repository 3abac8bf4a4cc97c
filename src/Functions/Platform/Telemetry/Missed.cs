namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>What the hub did not get to read of a connector.</summary>
/// <param name="Connector">The connector's name.</param>
/// <param name="Kind">The kind of event or record, in the tool's words.</param>
public abstract record Missed(string Connector, string Kind)
{
    /// <summary>A kind of event that the connector gets and does not read.</summary>
    /// <param name="Connector">The connector's name.</param>
    /// <param name="Kind">The kind of event, in the tool's words.</param>
    /// <param name="Count">How many have come.</param>
    /// <param name="LastAt">When the last came.</param>
    public sealed record UnreadKind(string Connector, string Kind, long Count, DateTimeOffset LastAt) : Missed(Connector, Kind);

    /// <summary>Events that the tool lost, so that the records have to be read again.</summary>
    /// <param name="Connector">The connector's name.</param>
    /// <param name="Kind">The kind of record.</param>
    /// <param name="At">When the tool lost them.</param>
    /// <param name="ReadAgainAt">Since when the records are read again; null while that waits for the next
    /// poll.</param>
    public sealed record Gap(string Connector, string Kind, DateTimeOffset At, DateTimeOffset? ReadAgainAt) : Missed(Connector, Kind);
}
