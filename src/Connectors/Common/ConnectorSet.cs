using System.Collections.Frozen;

namespace IntegrationHub.Connectors.Common;

/// <summary>All configured connectors, by name. Names ignore case.</summary>
public sealed class ConnectorSet(IEnumerable<IConnector> connectors)
{
    private readonly FrozenDictionary<string, IConnector> _byName = connectors.ToFrozenDictionary(connector => connector.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets all of them.</summary>
    public IReadOnlyCollection<IConnector> All => _byName.Values;

    /// <summary>The connector of that name if it can do <typeparamref name="T"/>; null otherwise.</summary>
    public T? Find<T>(string name)
        where T : class, IConnector => _byName.GetValueOrDefault(name) as T;

    /// <summary>All connectors that can do <typeparamref name="T"/>, ordered by name.</summary>
    public IReadOnlyList<T> That<T>()
        where T : class, IConnector => [.. _byName.Values.OfType<T>().OrderBy(connector => connector.Name, StringComparer.Ordinal)];
}
