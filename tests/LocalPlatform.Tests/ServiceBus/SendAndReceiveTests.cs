using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class SendAndReceiveTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_come_in_the_order_they_were_sent_and_are_numbered_so()
    {
        await using var bus = await TestBus.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await bus.SendAsync("plain", new ServiceBusMessage($"{i}"));
        }

        await using var receiver = bus.Client.CreateReceiver("plain");
        var received = new List<ServiceBusReceivedMessage>();
        while (received.Count < 20)
        {
            received.AddRange(await receiver.ReceiveMessagesAsync(7, TimeSpan.FromSeconds(30), Stop));
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), received.Select(message => message.Body.ToString()));
        Assert.Equal(received.Select(message => message.SequenceNumber).Order().Distinct(), received.Select(message => message.SequenceNumber));
    }

    [Fact]
    public async Task A_receive_of_several_answers_with_what_there_is()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage(), new ServiceBusMessage());
        Assert.InRange((await bus.Client.CreateReceiver("plain").ReceiveMessagesAsync(10, TimeSpan.FromSeconds(30), Stop)).Count, 1, 2);
    }

    [Fact]
    public async Task A_receive_that_waits_is_woken_by_a_send()
    {
        await using var bus = await TestBus.OpenAsync();
        await using var receiver = bus.Client.CreateReceiver("plain");
        var waiting = receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.False(waiting.IsCompleted);

        await bus.SendAsync("plain", new ServiceBusMessage("hello"));

        Assert.Equal("hello", (await waiting)!.Body.ToString());
    }

    [Fact]
    public async Task Two_receivers_that_wait_share_two_messages()
    {
        await using var bus = await TestBus.OpenAsync();
        var first = bus.Client.CreateReceiver("plain").NextAsync();
        var second = bus.Client.CreateReceiver("plain").NextAsync();

        await bus.SendAsync("plain", new ServiceBusMessage { MessageId = "a" }, new ServiceBusMessage { MessageId = "b" });

        Assert.Equal(["a", "b"], new[] { (await first).MessageId, (await second).MessageId }.Order());
    }

    [Fact]
    public async Task A_receive_without_a_message_ends_with_its_time()
    {
        await using var bus = await TestBus.OpenAsync();
        await using var receiver = bus.Client.CreateReceiver("plain");
        Assert.Null(await receiver.ReceiveMessageAsync(TimeSpan.FromMilliseconds(100), Stop));
        Assert.Empty(await receiver.ReceiveMessagesAsync(5, TimeSpan.FromMilliseconds(100), Stop));
    }

    [Fact]
    public async Task A_cancelled_receive_takes_no_message()
    {
        await using var bus = await TestBus.OpenAsync();
        await using var receiver = bus.Client.CreateReceiver("plain");
        using var cancel = new CancellationTokenSource();
        var waiting = receiver.ReceiveMessageAsync(TimeSpan.FromMinutes(1), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await bus.SendAsync("plain", new ServiceBusMessage());

        Assert.Equal(1, (await receiver.NextAsync()).DeliveryCount);
    }

    [Fact]
    public async Task The_stream_of_messages_goes_on_until_it_is_cancelled()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage("1"), new ServiceBusMessage("2"));
        await using var receiver = bus.Client.CreateReceiver("plain");
        using var cancel = new CancellationTokenSource();
        var seen = new List<string>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var message in receiver.ReceiveMessagesAsync(cancel.Token))
            {
                seen.Add(message.Body.ToString());
                if (seen.Count == 2)
                {
                    await cancel.CancelAsync();
                }
            }
        });

        Assert.Equal(["1", "2"], seen);
    }

    [Fact]
    public async Task Receive_and_delete_leaves_nothing_and_has_nothing_to_settle()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage());
        await using var receiver = bus.Client.CreateReceiver("plain", new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });

        var message = await receiver.NextAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => receiver.CompleteMessageAsync(message, Stop));
        Assert.Null(await receiver.PeekMessageAsync(cancellationToken: Stop));
    }

    [Fact]
    public async Task A_peek_shows_messages_in_order_takes_none_and_goes_on_where_it_was()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", [.. Enumerable.Range(0, 5).Select(i => new ServiceBusMessage($"{i}"))]);
        await using var receiver = bus.Client.CreateReceiver("plain");

        var first = await receiver.PeekMessagesAsync(2, cancellationToken: Stop);
        var next = await receiver.PeekMessageAsync(cancellationToken: Stop);
        var from = await receiver.PeekMessagesAsync(10, first[1].SequenceNumber, Stop);

        Assert.Equal(["0", "1"], first.Select(message => message.Body.ToString()));
        Assert.Equal("2", next!.Body.ToString());
        Assert.Equal(["1", "2", "3", "4"], from.Select(message => message.Body.ToString()));
        Assert.All(from, message => Assert.Equal(0, message.DeliveryCount));
        await Assert.ThrowsAsync<InvalidOperationException>(() => receiver.CompleteMessageAsync(next, Stop));
        Assert.Equal("0", (await receiver.NextAsync()).Body.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_wait_of_no_time_is_refused(int milliseconds)
    {
        await using var bus = await TestBus.OpenAsync();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => bus.Client.CreateReceiver("plain").ReceiveMessageAsync(TimeSpan.FromMilliseconds(milliseconds), Stop));
    }

    [Fact]
    public async Task What_does_not_exist_is_said_on_first_use()
    {
        await using var bus = await TestBus.OpenAsync();
        var failure = await Receiving.AssertFailsAsync(ServiceBusFailureReason.MessagingEntityNotFound, () => bus.SendAsync("nowhere", new ServiceBusMessage()));
        Assert.False(failure.IsTransient);
        await Receiving.AssertFailsAsync(
            ServiceBusFailureReason.MessagingEntityNotFound,
            () => bus.Client.CreateReceiver("events", "nobody").ReceiveMessageAsync(TimeSpan.FromSeconds(1), Stop));
    }

    [Fact]
    public async Task Names_are_compared_without_regard_to_case()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("PLAIN", new ServiceBusMessage("x"));
        Assert.Equal("x", (await bus.Client.CreateReceiver("Plain").NextAsync()).Body.ToString());
    }

    [Fact]
    public async Task What_is_closed_refuses_and_closing_the_client_closes_all()
    {
        await using var bus = await TestBus.OpenAsync();
        var sender = bus.Client.CreateSender("plain");
        var receiver = bus.Client.CreateReceiver("plain");
        await using var other = bus.Client.CreateReceiver("plain");
        await receiver.DisposeAsync();
        Assert.True(receiver.IsClosed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(1), Stop));

        await bus.Client.DisposeAsync();

        Assert.True(bus.Client.IsClosed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sender.SendMessageAsync(new ServiceBusMessage(), Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => other.ReceiveMessageAsync(TimeSpan.FromSeconds(1), Stop));
    }
}
