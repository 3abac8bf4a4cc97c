using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class TimeToLiveTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_expired_message_is_dead_lettered_where_the_queue_says_so()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("dead-letters-expired", new ServiceBusMessage("old") { TimeToLive = TimeSpan.FromMilliseconds(300) });
        var dead = await bus.DeadLetters("dead-letters-expired").NextAsync();
        Assert.Equal(("old", "TTLExpiredException"), (dead.Body.ToString(), dead.DeadLetterReason));
        await bus.Client.CreateReceiver("dead-letters-expired").AssertEmptyAsync();
    }

    [Fact]
    public async Task An_expired_message_vanishes_elsewhere()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("drops-expired", new ServiceBusMessage { TimeToLive = TimeSpan.FromMilliseconds(100) }, new ServiceBusMessage { MessageId = "kept" });
        await using var receiver = bus.Client.CreateReceiver("drops-expired");
        while ((await receiver.PeekMessagesAsync(10, 0, Stop)).Count > 1)
        {
        }

        Assert.Equal(["kept"], await receiver.IdsAsync());
        await bus.DeadLetters("drops-expired").AssertEmptyAsync();
    }

    [Fact]
    public async Task A_message_that_is_locked_when_its_life_ends_can_be_completed()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("dead-letters-expired", new ServiceBusMessage { TimeToLive = TimeSpan.FromSeconds(1) }, new ServiceBusMessage { TimeToLive = TimeSpan.FromSeconds(2) });
        await using var receiver = bus.Client.CreateReceiver("dead-letters-expired");
        var message = await receiver.NextAsync();
        await using var deadLetters = bus.DeadLetters("dead-letters-expired");

        // The second message's end comes after the first one's.
        Assert.NotEqual(message.MessageId, (await deadLetters.NextAsync()).MessageId);

        await receiver.CompleteMessageAsync(message, Stop);
        await deadLetters.AssertEmptyAsync();
    }

    [Fact]
    public async Task The_queues_own_time_shortens_a_message_life()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("drops-expired", new ServiceBusMessage { TimeToLive = TimeSpan.FromDays(2) });
        Assert.Equal(TimeSpan.FromDays(1), (await bus.Client.CreateReceiver("drops-expired").NextAsync()).TimeToLive);
    }
}
