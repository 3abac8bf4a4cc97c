using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Embedded.Tests.ServiceBus;

/// <summary>A folder with a topology of its own, for what only the embedded bus has.</summary>
public sealed class OwnBus : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hub-bus-");

    public OwnBus(string? topology = null)
    {
        TopologyFile = topology is null ? TestBus.TopologyFile() : Path.Combine(_folder.FullName, "topology.json");
        if (topology is not null)
        {
            File.WriteAllText(TopologyFile, topology);
        }
    }

    public string Folder => _folder.FullName;

    public string TopologyFile { get; }

    public string Connection => TestBus.EmbeddedConnection(Folder, TopologyFile);

    public ServiceBusClient Connect() => new(Connection);

    public void Dispose() => _folder.Delete(recursive: true);
}
