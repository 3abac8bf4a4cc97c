using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>Every record that a tool had of a lead which is to be handed over was deleted. Nothing was written: a person has to say whether there is to be one again.</summary>
public sealed class RecordsDeletedException(string connector, IReadOnlyList<IdentityKey> records)
    : Exception($"All {records?.Count} records that {connector} had of the lead were deleted.")
{
    /// <summary>Gets the connector's name.</summary>
    public string Connector { get; } = connector;

    /// <summary>Gets the records.</summary>
    public IReadOnlyList<IdentityKey> Records { get; } = records ?? [];
}
