using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>Several records of a tool match a lead that is to be handed over. Nothing was written; a person has to choose.</summary>
public sealed class AmbiguousMatchException(string connector, IReadOnlyList<IdentityKey> matches)
    : Exception($"{matches?.Count} records of {connector} match the lead.")
{
    /// <summary>Gets the connector's name.</summary>
    public string Connector { get; } = connector;

    /// <summary>Gets the records.</summary>
    public IReadOnlyList<IdentityKey> Matches { get; } = matches ?? [];
}
