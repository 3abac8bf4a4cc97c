using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>What the client needs on the wire beside what it shows.</summary>
public sealed class WireTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_for_requests_answers_more_of_them_than_it_gave_credit_for()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage());
        await using var receiver = bus.Client.CreateReceiver("plain");
        for (var request = 0; request < 1100; request++)
        {
            Assert.NotNull(await receiver.PeekMessageAsync(0, Stop));
        }
    }

    [Fact]
    public async Task A_link_for_sends_takes_more_messages_than_it_gave_credit_for()
    {
        await using var bus = await TestBus.OpenAsync();
        var sender = bus.Client.CreateSender("plain");
        for (var round = 0; round < 15; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => sender.SendMessageAsync(new(), Stop)));
        }

        var receiver = bus.Client.CreateReceiver("plain", new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete, PrefetchCount = 200 });
        for (var received = 0; received < 1500;)
        {
            received += (await receiver.ReceiveMessagesAsync(500, TimeSpan.FromSeconds(30), Stop)).Count;
        }
    }

    [Fact]
    public async Task A_receiver_that_did_not_get_the_message_settles_it_in_each_way()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", [.. Enumerable.Range(1, 4).Select(static number => new ServiceBusMessage($"{number}"))]);
        var first = bus.Client.CreateReceiver("plain");
        var held = new[] { await first.NextAsync(), await first.NextAsync(), await first.NextAsync(), await first.NextAsync() };
        await first.CloseAsync(Stop);
        await using var other = bus.Client.CreateReceiver("plain");

        await other.RenewMessageLockAsync(held[0], Stop);
        await other.CompleteMessageAsync(held[0], Stop);
        await other.AbandonMessageAsync(held[1], new Dictionary<string, object> { ["a"] = 1 }, Stop);
        await other.DeferMessageAsync(held[2], new Dictionary<string, object> { ["b"] = 2 }, Stop);
        await other.DeadLetterMessageAsync(held[3], new Dictionary<string, object> { ["c"] = 3 }, "why", "because", Stop);

        var abandoned = await other.NextAsync();
        Assert.Equal(("2", 2, 1), (abandoned.Body.ToString(), abandoned.DeliveryCount, abandoned.ApplicationProperties["a"]));
        var deferred = await other.ReceiveDeferredMessageAsync(held[2].SequenceNumber, Stop);
        Assert.Equal(("3", 2), (deferred.Body.ToString(), deferred.ApplicationProperties["b"]));
        var dead = await bus.DeadLetters("plain").NextAsync();
        Assert.Equal(("4", "why", "because", 3), (dead.Body.ToString(), dead.DeadLetterReason, dead.DeadLetterErrorDescription, dead.ApplicationProperties["c"]));
    }

    [Fact]
    public async Task A_deferred_message_may_be_deleted_as_it_is_received()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage("later"));
        await using var receiver = bus.Client.CreateReceiver("plain");
        var message = await receiver.NextAsync();
        await receiver.DeferMessageAsync(message, cancellationToken: Stop);

        await using var deleting = bus.Client.CreateReceiver("plain", new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        Assert.Equal("later", (await deleting.ReceiveDeferredMessageAsync(message.SequenceNumber, Stop)).Body.ToString());

        Assert.Null(await receiver.PeekMessageAsync(0, Stop));
    }

    [Fact]
    public async Task A_life_longer_than_the_header_can_say_arrives_as_it_was_sent()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage { TimeToLive = TimeSpan.FromDays(80) });
        var message = await bus.Client.CreateReceiver("plain").NextAsync();
        Assert.Equal(TimeSpan.FromDays(80), message.TimeToLive);
        Assert.Equal(message.EnqueuedTime + message.TimeToLive, message.ExpiresAt);
    }

    [Fact]
    public async Task A_peek_at_large_messages_shows_them_in_parts()
    {
        await using var bus = await TestBus.OpenAsync();
        for (var number = 0; number < 10; number++)
        {
            await bus.SendAsync("plain", new ServiceBusMessage(new byte[250 * 1024]) { MessageId = $"{number}" });
        }

        await using var receiver = bus.Client.CreateReceiver("plain");
        var seen = new List<string>();
        while (await receiver.PeekMessagesAsync(100, cancellationToken: Stop) is { Count: > 0 } part)
        {
            seen.AddRange(part.Select(static message => message.MessageId));
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(static number => $"{number}"), seen);
    }

    [Fact]
    public async Task Many_large_messages_come_whole_to_a_receiver_that_fetches_ahead()
    {
        await using var bus = await TestBus.OpenAsync();
        var sender = bus.Client.CreateSender("plain");
        var random = new Random(1);
        var bodies = Enumerable.Range(0, 100).Select(_ => new byte[random.Next(1, 250_000)]).ToList();
        bodies.ForEach(random.NextBytes);
        foreach (var body in bodies)
        {
            await sender.SendMessageAsync(new(body), Stop);
        }

        await using var receiver = bus.Client.CreateReceiver("plain", new ServiceBusReceiverOptions { PrefetchCount = 100 });
        foreach (var body in bodies)
        {
            var message = await receiver.NextAsync();
            Assert.True(message.Body.ToMemory().Span.SequenceEqual(body));
            await receiver.CompleteMessageAsync(message, Stop);
        }
    }
}
