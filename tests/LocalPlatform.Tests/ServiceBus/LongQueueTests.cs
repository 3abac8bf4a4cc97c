using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>A queue that is longer than the broker's memory limit.</summary>
public sealed class LongQueueTests
{
    /// <summary>How many messages the run with a long queue has. The full size is 1,000,000 and takes about ten minutes.</summary>
    private const string Count = "HUB_TEST_BUS_MESSAGES";
    private const int BodySize = 1024;
    private const int BatchSize = 200;
    private const long MaxWorkingSet = 250 * 1024 * 1024;
    private const string Topology = """{"queues":[{"name":"q","maxSizeInMegabytes":81920,"maxDeliveryCount":10}]}""";

    private static readonly int Messages = int.TryParse(Environment.GetEnvironmentVariable(Count), out var count) ? count : 4000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_long_queue_needs_little_memory_and_survives_a_kill_message_for_message()
    {
        var topology = Path.Combine(Directory.CreateTempSubdirectory("hub-bus-").FullName, "topology.json");
        await File.WriteAllTextAsync(topology, Topology, Stop);
        await using var bus = await BusProcess.StartAsync(topology);
        await using var memory = new Memory(bus);
        var left = new HashSet<int>(Enumerable.Range(0, Messages));

        await using (var client = new ServiceBusClient(bus.ConnectionString))
        {
            await SendAsync(client, Messages);
            Report("sent", bus, memory);
            await CompleteAsync(client, left, Messages - (Messages / 10));
            Report("completed", bus, memory);
            await bus.KillAsync();
        }

        // What is on the disk is what was not completed, and its size is known.
        Assert.Equal(left.Count, BusFile.Query(bus.Folder, "SELECT count(*) FROM message"));
        Assert.Equal(
            BusFile.Query(bus.Folder, "SELECT sum(length(content)) FROM message"),
            BusFile.Query(bus.Folder, "SELECT sum(bytes) FROM entity"));
        Assert.InRange(FileSize(bus), left.Count * BodySize, MaxFileSize(Messages));

        await bus.StartAgainAsync();
        await using (var client = new ServiceBusClient(bus.ConnectionString))
        {
            Assert.Equal(left.Order(), await PeekAsync(client));

            // The space of completed messages is used again.
            await SendAsync(client, Messages / 2);
            Assert.InRange(FileSize(bus), 0, MaxFileSize(left.Count + (Messages / 2)));
        }

        Report("sent again", bus, memory);
        Assert.InRange(memory.Peak, 0, MaxWorkingSet);
    }

    [Fact]
    public async Task Messages_that_are_given_back_keep_their_places_in_a_long_queue()
    {
        await using var own = await OwnBus.OpenAsync(Topology);
        await SendAsync(own.Client, 1500);
        var settler = own.Client.CreateReceiver("q");
        for (var round = 0; round < 3; round++)
        {
            // More than are in memory at once, so that some of those given back are not. They are given back when nobody takes any.
            var held = new List<ServiceBusReceivedMessage>();
            await using (var receiver = own.Client.CreateReceiver("q", new ServiceBusReceiverOptions { PrefetchCount = 1000 }))
            {
                while (held.Count < 900)
                {
                    held.AddRange(await receiver.ReceiveMessagesAsync(900 - held.Count, cancellationToken: Stop));
                }
            }

            Assert.Equal(Enumerable.Range(0, 900), held.Select(Number));
            await Task.WhenAll(held.AsEnumerable().Reverse().Select(message => settler.AbandonMessageAsync(message, cancellationToken: Stop)));
        }

        Assert.Equal(Enumerable.Range(0, 1500), await PeekAsync(own.Client));
        await CompleteAsync(own.Client, [.. Enumerable.Range(0, 1500)], 1500);
    }

    [Fact]
    public async Task Messages_expire_in_a_long_queue_wherever_they_are()
    {
        var clock = new FakeTimeProvider(new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        await using var own = await OwnBus.OpenAsync("""{"queues":[{"name":"q","deadLetteringOnMessageExpiration":true}]}""", clock);
        await using var sender = own.Client.CreateSender("q");
        for (var page = 0; page < 7; page++)
        {
            await sender.SendMessagesAsync(
                Enumerable.Range(page * 200, 200).Select(static number => new ServiceBusMessage($"{number}")
                {
                    TimeToLive = TimeSpan.FromMinutes(number % 2 == 0 ? 1 : 10),
                }),
                Stop);
        }

        clock.Advance(TimeSpan.FromMinutes(1));

        var receiver = own.Client.CreateReceiver("q");
        for (var number = 1; number < 1400; number += 2)
        {
            var message = await receiver.NextAsync();
            Assert.Equal($"{number}", message.Body.ToString());
            await receiver.CompleteMessageAsync(message, Stop);
        }

        var dead = await PeekAsync(own.Client, "q/$DeadLetterQueue");
        Assert.Equal(Enumerable.Range(0, 700).Select(static number => 2 * number), dead);
    }

    [Fact]
    public async Task A_file_that_was_large_becomes_small_again()
    {
        var clock = new FakeTimeProvider(new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        await using var own = await OwnBus.OpenAsync(Topology, clock);
        await using var sender = own.Client.CreateSender("q");
        for (var message = 0; message < 400; message++)
        {
            await sender.SendMessageAsync(new(new byte[250 * 1024]), Stop);
        }

        await using (var receiver = own.Client.CreateReceiver("q", new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete }))
        {
            for (var received = 0; received < 400;)
            {
                received += (await receiver.ReceiveMessagesAsync(100, cancellationToken: Stop)).Count;
            }
        }

        clock.Advance(TimeSpan.FromMinutes(1));
        for (var second = 0; second < 10; second++)
        {
            await own.Client.CreateReceiver("q").PeekMessageAsync(cancellationToken: Stop);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        await own.CloseAsync();
        Assert.InRange(new FileInfo(Path.Combine(own.Folder, "bus.db")).Length, 0, 80 * 1024 * 1024);
    }

    private static int Number(ServiceBusReceivedMessage message) => BitConverter.ToInt32(message.Body.ToMemory().Span);

    private static ServiceBusMessage Numbered(int number)
    {
        var body = new byte[BodySize];
        BitConverter.TryWriteBytes(body, number);
        return new(body);
    }

    /// <summary>Sends numbered messages in order.</summary>
    private static async Task SendAsync(ServiceBusClient client, int count)
    {
        await using var sender = client.CreateSender("q");
        for (var first = 0; first < count; first += BatchSize)
        {
            await sender.SendMessagesAsync(Enumerable.Range(first, Math.Min(BatchSize, count - first)).Select(Numbered), Stop);
        }
    }

    /// <summary>Receives and completes messages and takes their numbers out of those that are left. None may come twice.</summary>
    private static async Task CompleteAsync(ServiceBusClient client, HashSet<int> left, int count)
    {
        await using var receiver = client.CreateReceiver("q", new ServiceBusReceiverOptions { PrefetchCount = 500 });
        var done = 0;
        while (done < count)
        {
            var messages = await receiver.ReceiveMessagesAsync(Math.Min(250, count - done), TimeSpan.FromSeconds(30), Stop);
            Assert.NotEmpty(messages);
            Assert.All(messages, message => Assert.True(left.Remove(Number(message))));
            await Task.WhenAll(messages.Select(message => receiver.CompleteMessageAsync(message, Stop)));
            done += messages.Count;
        }
    }

    /// <summary>Returns the numbers, or the bodies' numbers, of all messages in order.</summary>
    private static async Task<List<int>> PeekAsync(ServiceBusClient client, string queue = "q")
    {
        await using var receiver = client.CreateReceiver(queue);
        var numbers = new List<int>();
        while (await receiver.PeekMessagesAsync(1000, cancellationToken: Stop) is { Count: > 0 } page)
        {
            numbers.AddRange(page.Select(static message => message.Body.ToMemory().Length == BodySize ? Number(message) : int.Parse(message.Body.ToString(), null)));
        }

        return numbers;
    }

    /// <summary>What messages and their index need, what the broker keeps free for the next ones, and its journal.</summary>
    private static long MaxFileSize(int messages) => (messages * BodySize * 3L / 2) + (128 * 1024 * 1024);

    private static long FileSize(BusProcess bus) => new DirectoryInfo(bus.Folder).EnumerateFiles("bus.db*").Sum(static file => file.Length);

    private static void Report(string what, BusProcess bus, Memory memory) => TestContext.Current.TestOutputHelper?.WriteLine(
        $"{what}: {FileSize(bus) >> 20} MiB on disk, working set {bus.WorkingSet >> 20} MiB, at most {memory.Peak >> 20} MiB, after {memory.Elapsed:mm\\:ss}");

    /// <summary>Watches the working set of the broker.</summary>
    private sealed class Memory : IAsyncDisposable
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly CancellationTokenSource _over = new();
        private readonly Task _watching;
        private long _peak;

        public Memory(BusProcess bus) => _watching = WatchAsync(bus);

        public long Peak => Interlocked.Read(ref _peak);

        public TimeSpan Elapsed => _watch.Elapsed;

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _watching;
            _over.Dispose();
        }

        private async Task WatchAsync(BusProcess bus)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (!_over.IsCancellationRequested)
            {
                try
                {
                    Interlocked.Exchange(ref _peak, Math.Max(_peak, bus.WorkingSet));
                    await timer.WaitForNextTickAsync(_over.Token);
                }
                catch (InvalidOperationException)
                {
                    // It is being killed or started.
                    await timer.WaitForNextTickAsync(CancellationToken.None);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }
}
