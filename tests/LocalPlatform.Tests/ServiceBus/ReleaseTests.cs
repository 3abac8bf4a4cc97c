using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>Messages that reach a client but not its application come back at once, and such a delivery does not count.</summary>
public sealed class ReleaseTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_fetched_ahead_comes_back_when_its_receiver_is_closed()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", [.. Enumerable.Range(0, 20).Select(static number => new ServiceBusMessage($"{number}"))]);
        for (var round = 0; round < 5; round++)
        {
            await using var eager = bus.Client.CreateReceiver("plain", new ServiceBusReceiverOptions { PrefetchCount = 30 });
            await eager.CompleteMessageAsync(await eager.NextAsync(), Stop);
        }

        await using var receiver = bus.Client.CreateReceiver("plain");
        for (var number = 5; number < 20; number++)
        {
            var message = await receiver.NextAsync();
            Assert.Equal(($"{number}", 1), (message.Body.ToString(), message.DeliveryCount));
        }
    }

    [Fact]
    public async Task What_arrives_after_its_receive_was_cancelled_comes_to_the_next_one()
    {
        await using var bus = await TestBus.OpenAsync();
        await using var receiver = bus.Client.CreateReceiver("plain");
        for (var round = 0; round < 5; round++)
        {
            using var cancel = new CancellationTokenSource();
            var waiting = receiver.ReceiveMessageAsync(TimeSpan.FromMinutes(1), cancel.Token);
            await receiver.PeekMessageAsync(cancellationToken: Stop);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await bus.SendAsync("plain", new ServiceBusMessage());

        Assert.Equal(1, (await receiver.NextAsync()).DeliveryCount);
    }

    [Fact]
    public async Task A_processor_that_stops_gives_back_what_it_has_not_begun()
    {
        await using var bus = await TestBus.OpenAsync();
        const int all = 600;
        await bus.SendAsync("plain", [.. Enumerable.Range(0, all).Select(static number => new ServiceBusMessage { MessageId = $"{number}" })]);
        var seen = new HashSet<string>();
        for (var half = 1; half <= 2; half++)
        {
            var enough = new TaskCompletionSource();
            await using var processor = bus.Client.CreateProcessor("plain", new ServiceBusProcessorOptions { MaxConcurrentCalls = 16, PrefetchCount = 64 });
            processor.ProcessErrorAsync += static _ => Task.CompletedTask;
            processor.ProcessMessageAsync += work =>
            {
                lock (seen)
                {
                    Assert.Equal(1, work.Message.DeliveryCount);
                    seen.Add(work.Message.MessageId);
                    if (seen.Count >= half * all / 2)
                    {
                        enough.TrySetResult();
                    }
                }

                return Task.CompletedTask;
            };
            await processor.StartProcessingAsync(Stop);
            await enough.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);
            await processor.StopProcessingAsync(Stop);
        }

        Assert.Equal(all, seen.Count);
    }
}
