using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class ScheduleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_scheduled_message_comes_at_its_time_and_not_before()
    {
        await using var bus = await TestBus.OpenAsync();
        var due = DateTimeOffset.UtcNow.AddSeconds(1);
        await bus.Client.CreateSender("plain").ScheduleMessageAsync(new ServiceBusMessage("later"), due, Stop);
        await bus.SendAsync("plain", new ServiceBusMessage("now"));
        await using var receiver = bus.Client.CreateReceiver("plain");

        Assert.Equal("now", (await receiver.NextAsync()).Body.ToString());
        var later = await receiver.NextAsync();

        Assert.Equal("later", later.Body.ToString());
        Assert.True(DateTimeOffset.UtcNow >= due);
        Assert.True(later.EnqueuedTime >= due.AddMilliseconds(-1));
        Assert.Equal(ServiceBusMessageState.Active, later.State);
        Assert.Equal(due, later.ScheduledEnqueueTime, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_send_with_an_enqueue_time_is_scheduled_too_and_a_peek_shows_it()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage { ScheduledEnqueueTime = DateTimeOffset.UtcNow.AddHours(1) });
        await using var receiver = bus.Client.CreateReceiver("plain");
        await receiver.AssertEmptyAsync();
        var peeked = await receiver.PeekMessageAsync(cancellationToken: Stop);
        Assert.Equal(ServiceBusMessageState.Scheduled, peeked!.State);
        await bus.Client.CreateSender("plain").CancelScheduledMessageAsync(peeked.SequenceNumber, Stop);
    }

    [Fact]
    public async Task A_time_that_is_past_is_now()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.Client.CreateSender("plain").ScheduleMessageAsync(new ServiceBusMessage("x"), DateTimeOffset.UtcNow.AddHours(-1), Stop);
        Assert.Equal("x", (await bus.Client.CreateReceiver("plain").NextAsync()).Body.ToString());
    }

    [Fact]
    public async Task A_cancelled_message_never_comes_and_cannot_be_cancelled_again()
    {
        await using var bus = await TestBus.OpenAsync();
        var sender = bus.Client.CreateSender("plain");
        var numbers = await sender.ScheduleMessagesAsync([new ServiceBusMessage(), new ServiceBusMessage()], DateTimeOffset.UtcNow.AddHours(1), Stop);
        Assert.Equal(2, numbers.Distinct().Count());

        await sender.CancelScheduledMessagesAsync(numbers, Stop);

        Assert.Null(await bus.Client.CreateReceiver("plain").PeekMessageAsync(cancellationToken: Stop));
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.MessageNotFound, () => sender.CancelScheduledMessageAsync(numbers[0], Stop));
    }

    [Fact]
    public async Task A_message_scheduled_on_a_topic_reaches_the_subscriptions_that_want_it()
    {
        await using var bus = await TestBus.OpenAsync();
        var message = new ServiceBusMessage("x") { MessageId = Guid.NewGuid().ToString("N"), ApplicationProperties = { ["team"] = "sales", ["amount"] = 100 } };
        await bus.Client.CreateSender("events").ScheduleMessageAsync(message, DateTimeOffset.UtcNow.AddMilliseconds(300), Stop);
        Assert.Equal("x", (await bus.Client.CreateReceiver("events", "sales").NextAsync()).Body.ToString());
        await bus.Client.CreateReceiver("events", "either").AssertEmptyAsync();
    }
}
