using System.Collections.Concurrent;
using System.Diagnostics;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class CrashTests
{
    private const int Kills = 10;
    private const int Senders = 16;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Every other message is large, so that a commit takes long enough for a kill to fall into it.</summary>
    [Fact]
    public async Task A_broker_killed_under_load_ten_times_loses_nothing_and_doubles_nothing()
    {
        await using var bus = await BusProcess.StartAsync();
        var said = new Said();
        await using (var client = new ServiceBusClient(bus.ConnectionString, Retrying))
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            var load = Enumerable.Range(0, Senders).Select(number => SendAsync(client.CreateSender("plain"), number, said, over.Token))
                .Append(ReceiveAsync(client.CreateReceiver("plain"), said, over.Token))
                .ToList();
            for (var kill = 1; kill <= Kills; kill++)
            {
                await said.GrowsByAsync(60);
                await bus.KillAsync();
                await bus.StartAgainAsync();
            }

            await said.GrowsByAsync(60);
            await over.CancelAsync();
            await Task.WhenAll(load);
        }

        await bus.KillAsync();
        await bus.StartAgainAsync();
        await using var after = new ServiceBusClient(bus.ConnectionString, Retrying);
        var there = await EverythingAsync(after.CreateReceiver("plain"));
        there.AddRange(await EverythingAsync(after.CreateReceiver("plain/$DeadLetterQueue")));

        Assert.Empty(said.Completed.Keys.Except(said.Repeated.Keys).Intersect(there));
        Assert.Empty(said.Sent.Keys.Except(said.Completing.Keys).Except(there));
        Assert.NotEmpty(said.Sent.Keys.Intersect(there));
        Assert.NotEmpty(said.Completed);

        // A send whose answer was lost is repeated by the client, and only such a message may be there twice.
        var once = there.Where(id => !said.Repeated.ContainsKey(id)).ToList();
        Assert.Equal(once.Distinct(), once);
    }

    private static ServiceBusClientOptions Retrying => new()
    {
        RetryOptions = new() { Mode = ServiceBusRetryMode.Fixed, MaxRetries = 100, Delay = TimeSpan.FromMilliseconds(200), TryTimeout = TimeSpan.FromSeconds(10) },
    };

    private static async Task SendAsync(ServiceBusSender sender, int number, Said said, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var id = Guid.NewGuid().ToString("N");
            var kills = said.Kills;
            await sender.SendMessageAsync(new(new byte[number % 2 == 0 ? 1024 : 100_000]) { MessageId = id }, CancellationToken.None);
            if (kills != said.Kills)
            {
                said.Repeated[id] = true;
            }

            said.Sent[id] = true;
        }
    }

    private static async Task ReceiveAsync(ServiceBusReceiver receiver, Said said, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var messages = await receiver.ReceiveMessagesAsync(Senders / 2, TimeSpan.FromSeconds(1), CancellationToken.None);
            await Task.WhenAll(messages.Select(async message =>
            {
                said.Completing[message.MessageId] = true;
                try
                {
                    await receiver.CompleteMessageAsync(message, CancellationToken.None);
                    said.Completed[message.MessageId] = true;
                }
                catch (ServiceBusException e) when (e.Reason == ServiceBusFailureReason.MessageLockLost)
                {
                    // The lock ended with the broker; the message comes again.
                }
            }));
        }
    }

    private static async Task<List<string>> EverythingAsync(ServiceBusReceiver receiver)
    {
        var ids = new List<string>();
        while (await receiver.PeekMessagesAsync(1000, cancellationToken: Stop) is { Count: > 0 } page)
        {
            ids.AddRange(page.Select(static message => message.MessageId));
        }

        return ids;
    }

    /// <summary>What the broker said and what was asked of it.</summary>
    private sealed class Said
    {
        private int _kills;

        public ConcurrentDictionary<string, bool> Sent { get; } = new();

        public ConcurrentDictionary<string, bool> Repeated { get; } = new();

        public ConcurrentDictionary<string, bool> Completing { get; } = new();

        public ConcurrentDictionary<string, bool> Completed { get; } = new();

        public int Kills => Volatile.Read(ref _kills);

        /// <summary>Waits until more sends were acknowledged and something was completed, and notes that a kill follows.</summary>
        public async Task GrowsByAsync(int count)
        {
            var (sent, completed) = (Sent.Count, Completed.Count);
            for (var waited = Stopwatch.StartNew(); Sent.Count < sent + count || Completed.Count <= completed;)
            {
                Assert.True(waited.Elapsed < TimeSpan.FromSeconds(120), "The load does not go on.");
                await Task.Delay(10, Stop);
            }

            Interlocked.Increment(ref _kills);
        }
    }
}
