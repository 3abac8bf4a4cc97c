using System.Collections.Frozen;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

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
    public IReadOnlyList<T> OfType<T>()
        where T : class, IConnector => [.. _byName.Values.OfType<T>().OrderBy(connector => connector.Name, StringComparer.Ordinal)];

    /// <summary>Where a lead's records can be opened, ordered by connector: one link a tool, since a person's strongest record stands first.</summary>
    public IReadOnlyList<RecordUrl> LinksTo(Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return [..
            from connector in OfType<IRecordUrls>()
            let url = journey.Records.Where(key => key.Connector == connector.Name).Select(connector.LinkTo).FirstOrDefault(url => url is not null)
            where url is not null
            select new RecordUrl(connector.Name, url)];
    }
}
