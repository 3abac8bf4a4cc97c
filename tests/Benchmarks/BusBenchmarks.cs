using Azure.Messaging.ServiceBus;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using IntegrationHub.LocalPlatform.ServiceBus;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.Benchmarks;

/// <summary>
/// The local bus over the hub's own queue, with the real client. Figures are per message, so the ratios to one caller say what callers at the same time share: one write to the disk.
/// An iteration is one pass over all messages, on a queue that holds nothing else.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 2, iterationCount: 5)]
[MemoryDiagnoser]
public class BusBenchmarks : IAsyncDisposable
{
    private const string Queue = "inbound";
    private const int Messages = 12_800;

    private static readonly BinaryData Body = new(new byte[400]);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hub-benchmark-");
    private LocalBus _bus = null!;
    private ServiceBusClient _client = null!;
    private ServiceBusSender _sender = null!;
    private ServiceBusReceiver _receiver = null!;

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _bus = await LocalBus.StartAsync(new() { DataDirectory = _folder.FullName, TopologyFile = Built.Topology });
        _client = new(_bus.ConnectionString);
        _sender = _client.CreateSender(Queue);
        _receiver = _client.CreateReceiver(Queue);
    }

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _bus.DisposeAsync();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public Task Send_1_caller() => EachAsync(1, SendAsync);

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Send_32_callers() => EachAsync(32, SendAsync);

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Send_128_callers() => EachAsync(128, SendAsync);

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Receive_and_complete_32_callers() => EachAsync(32, ReceiveAndCompleteAsync);

    [IterationSetup(Target = nameof(Receive_and_complete_32_callers))]
    public void Fill() => EachAsync(128, SendAsync).GetAwaiter().GetResult();

    [IterationCleanup(Targets = [nameof(Send_1_caller), nameof(Send_32_callers), nameof(Send_128_callers)])]
    public void Drain() => EachAsync(128, ReceiveAndCompleteAsync).GetAwaiter().GetResult();

    private Task SendAsync() => _sender.SendMessageAsync(new ServiceBusMessage(Body));

    private async Task ReceiveAndCompleteAsync()
    {
        var message = await _receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(30)) ?? throw new InvalidOperationException("A message is missing.");
        await _receiver.CompleteMessageAsync(message);
    }

    /// <summary>Shares the messages out to callers that each take one after the other.</summary>
    private static Task EachAsync(int callers, Func<Task> one) => Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
    {
        for (var i = 0; i < Messages / callers; i++)
        {
            await one();
        }
    })));
}
