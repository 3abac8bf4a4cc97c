using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>Several records of a tool match a lead that is handed over. Nothing was
/// written; a person must choose.</summary>
public sealed class AmbiguousMatchException(string connector, IReadOnlyList<IdentityKey> matches)
    : Exception($"{matches?.Count} records of {connector} match the lead.")
{
    public string Connector { get; } = connector;

    public IReadOnlyList<IdentityKey> Matches { get; } = matches ?? [];
}
