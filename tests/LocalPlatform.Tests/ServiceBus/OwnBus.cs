using Azure.Messaging.ServiceBus;
using IntegrationHub.LocalPlatform.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>A local bus with a topology and a clock of its own, which can be closed and opened again with what it has, for what a namespace cannot show.</summary>
public sealed class OwnBus : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hub-bus-");
    private LocalBus? _local;
    private ServiceBusClient? _client;

    private OwnBus(string? topology)
    {
        TopologyFile = Path.Combine(_folder.FullName, "topology.json");
        File.WriteAllText(TopologyFile, topology ?? File.ReadAllText(TestBus.TopologyFile()));
    }

    public string Folder => _folder.FullName;

    public string TopologyFile { get; }

    public LocalBus Local => _local ?? throw new InvalidOperationException("The bus is closed.");

    /// <summary>Gets a client that lives as long as the bus is open. It tries an operation again once, after 50 ms.</summary>
    public ServiceBusClient Client => _client ??= new(Local.ConnectionString, Impatient);

    public static ServiceBusClientOptions Impatient => new()
    {
        RetryOptions = new() { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(50), TryTimeout = TimeSpan.FromSeconds(20) },
    };

    /// <summary>Writes the files of a bus without opening it.</summary>
    public static OwnBus Prepare(string? topology = null) => new(topology);

    public static async Task<OwnBus> OpenAsync(string? topology = null, TimeProvider? clock = null)
    {
        var own = new OwnBus(topology);
        await own.OpenAsync(clock);
        return own;
    }

    public async Task OpenAsync(TimeProvider? clock = null) =>
        _local = await LocalBus.StartAsync(new() { DataDirectory = Folder, TopologyFile = TopologyFile, TimeProvider = clock ?? TimeProvider.System });

    public async Task CloseAsync()
    {
        await (_client?.DisposeAsync() ?? default);
        await (_local?.DisposeAsync() ?? default);
        _client = null;
        _local = null;
    }

    public async Task ReopenAsync(TimeProvider? clock = null)
    {
        await CloseAsync();
        await OpenAsync(clock);
    }

    /// <summary>Makes the broker answer with faults, a line each; none ends them.</summary>
    public void SetFaults(params string[] lines)
    {
        var file = Path.Combine(Folder, "bus.faults");
        if (lines.Length == 0)
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllLines(file, lines);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _folder.Delete(recursive: true);
    }
}
