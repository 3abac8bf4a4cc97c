namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>Events that the hub did not get to read.</summary>
/// <param name="Kind">The kind of event or record, in the tool's words.</param>
internal abstract record Missed(string Connector, string Kind)
{
    /// <summary>A kind of event that the hub does not read.</summary>
    public sealed record UnreadKind(string Connector, string Kind, long Count, DateTimeOffset LastAt) : Missed(Connector, Kind);

    /// <summary>Events that the tool lost, so that the records must be read again.</summary>
    /// <param name="ReadAgainAt">When the records were read again; null until the next poll.</param>
    public sealed record Gap(string Connector, string Kind, DateTimeOffset At, DateTimeOffset? ReadAgainAt) : Missed(Connector, Kind);
}
