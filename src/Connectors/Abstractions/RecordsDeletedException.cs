using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>Every record of a lead that is handed over was deleted in the tool. Nothing was written; a person must
/// decide about a new one.</summary>
public sealed class RecordsDeletedException(string connector, IReadOnlyList<IdentityKey> records)
    : Exception($"All {records?.Count} records that {connector} had of the lead were deleted.")
{
    public string Connector { get; } = connector;

    public IReadOnlyList<IdentityKey> Records { get; } = records ?? [];
}
