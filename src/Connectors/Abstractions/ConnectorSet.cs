using System.Collections.Frozen;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>All configured connectors by name, ignoring case.</summary>
public sealed class ConnectorSet(IEnumerable<IConnector> connectors)
{
    private readonly FrozenDictionary<string, IConnector> _byName = connectors.ToFrozenDictionary(
        connector => connector.Name, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyCollection<IConnector> All => _byName.Values;

    /// <summary>Returns a connector that can do <typeparamref name="T"/>; null otherwise.</summary>
    public T? Find<T>(string name)
        where T : class, IConnector => _byName.GetValueOrDefault(name) as T;

    /// <summary>Returns all connectors that can do <typeparamref name="T"/>, by name.</summary>
    public IReadOnlyList<T> OfType<T>()
        where T : class, IConnector => [.. _byName.Values.OfType<T>().OrderBy(connector => connector.Name, StringComparer.Ordinal)];

    /// <summary>Returns a link to the person's first record in each tool, by connector.</summary>
    public IReadOnlyList<RecordUrl> LinksTo(Journey journey) =>
        [..
            from connector in OfType<IRecordUrls>()
            let url = journey.Records.Where(key => key.Connector == connector.Name)
                .Select(connector.LinkTo).FirstOrDefault(url => url is not null)
            where url is not null
            select new RecordUrl(connector.Name, url)];
}
