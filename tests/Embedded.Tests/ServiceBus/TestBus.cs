using System.Runtime.CompilerServices;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Embedded.Tests.ServiceBus;

/// <summary>
/// A bus with the entities of topology.json, empty: an embedded one in a folder of its own or, when HUB_TEST_SERVICEBUS has a connection string, that
/// namespace, which has to have these entities (there with locks of at least five seconds).
/// </summary>
public sealed class TestBus : IAsyncDisposable
{
    private static readonly string[] Sources =
    [
        "plain", "short-lock", "no-duplicates", "dead-letters-expired", "drops-expired",
        "events/Subscriptions/everything", "events/Subscriptions/sales", "events/Subscriptions/either",
    ];

    private readonly DirectoryInfo? _folder;

    private TestBus(string connectionString, DirectoryInfo? folder)
    {
        _folder = folder;
        Client = new(connectionString);
    }

    public ServiceBusClient Client { get; }

    public static async Task<TestBus> OpenAsync()
    {
        if (Environment.GetEnvironmentVariable("HUB_TEST_SERVICEBUS") is not { Length: > 0 } azure)
        {
            var folder = Directory.CreateTempSubdirectory("hub-bus-");
            return new(EmbeddedConnection(folder.FullName, TopologyFile()), folder);
        }

        var bus = new TestBus(azure, null);
        foreach (var source in Sources.SelectMany(source => new[] { source, $"{source}/$DeadLetterQueue" }))
        {
            await bus.DrainAsync(source);
        }

        return bus;
    }

    public static string EmbeddedConnection(string folder, string topology) => $"Endpoint=sb://embedded/;DataDirectory={folder};Topology={topology}";

    public static string TopologyFile([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "topology.json");

    public ServiceBusReceiver DeadLetters(string queue) => Client.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });

    public Task SendAsync(string entity, params ServiceBusMessage[] messages) => Client.CreateSender(entity).SendMessagesAsync(messages);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        _folder?.Delete(recursive: true);
    }

    private async Task DrainAsync(string source)
    {
        await using var receiver = Client.CreateReceiver(source, new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        while ((await receiver.ReceiveMessagesAsync(100, TimeSpan.FromSeconds(1))).Count > 0)
        {
        }
    }
}
