using System.Runtime.CompilerServices;
using Azure.Messaging.ServiceBus;
using IntegrationHub.LocalPlatform.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>
/// A bus with the entities of topology.json, empty: a local one of the test's own or, when HUB_TEST_SERVICEBUS has a connection string, that namespace, which
/// has to have these entities (there with locks of at least five seconds). A namespace is used by one test at a time.
/// </summary>
public sealed class TestBus : IAsyncDisposable
{
    private static readonly string? Namespace = Environment.GetEnvironmentVariable("HUB_TEST_SERVICEBUS") is { Length: > 0 } connection ? connection : null;
    private static readonly SemaphoreSlim NamespaceGate = new(1);
    private static readonly string[] Sources =
    [
        "plain", "short-lock", "no-duplicates", "dead-letters-expired", "drops-expired",
        "events/Subscriptions/everything", "events/Subscriptions/sales", "events/Subscriptions/either", "events/Subscriptions/own-rules",
    ];

    private readonly DirectoryInfo? _folder;
    private readonly LocalBus? _local;

    private TestBus(string connectionString, DirectoryInfo? folder, LocalBus? local)
    {
        _folder = folder;
        _local = local;
        Client = new(connectionString);
    }

    /// <summary>Gets how long a receiver waits before a test believes that there is nothing.</summary>
    public static TimeSpan Moment { get; } = Namespace is null ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(3);

    public ServiceBusClient Client { get; }

    public static async Task<TestBus> OpenAsync()
    {
        if (Namespace is null)
        {
            var folder = Directory.CreateTempSubdirectory("hub-bus-");
            var local = await LocalBus.StartAsync(new() { DataDirectory = folder.FullName, TopologyFile = TopologyFile() });
            return new(local.ConnectionString, folder, local);
        }

        await NamespaceGate.WaitAsync();
        var bus = new TestBus(Namespace, null, null);
        foreach (var source in Sources.SelectMany(source => new[] { source, $"{source}/$DeadLetterQueue" }))
        {
            await bus.DrainAsync(source);
        }

        return bus;
    }

    public static string TopologyFile([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "topology.json");

    public ServiceBusReceiver DeadLetters(string queue) => Client.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });

    public async Task SendAsync(string entity, params ServiceBusMessage[] messages)
    {
        await using var sender = Client.CreateSender(entity);
        await sender.SendMessagesAsync(messages);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        if (_local is null)
        {
            NamespaceGate.Release();
            return;
        }

        await _local.DisposeAsync();
        _folder!.Delete(recursive: true);
    }

    private async Task DrainAsync(string source)
    {
        await using var receiver = Client.CreateReceiver(source, new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        while ((await receiver.ReceiveMessagesAsync(100, TimeSpan.FromSeconds(1))).Count > 0)
        {
        }
    }
}
