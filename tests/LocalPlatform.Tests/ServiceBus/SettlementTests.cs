using System.Runtime.Serialization;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class SettlementTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_completed_message_is_gone_and_cannot_be_settled_again()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage());
        await using var receiver = bus.Client.CreateReceiver("plain");
        var message = await receiver.NextAsync();

        await receiver.CompleteMessageAsync(message, Stop);

        Assert.Null(await receiver.PeekMessageAsync(cancellationToken: Stop));
        foreach (var settle in new Func<Task>[]
        {
            () => receiver.CompleteMessageAsync(message, Stop),
            () => receiver.AbandonMessageAsync(message, cancellationToken: Stop),
            () => receiver.DeferMessageAsync(message, cancellationToken: Stop),
            () => receiver.DeadLetterMessageAsync(message, cancellationToken: Stop),
            () => receiver.RenewMessageLockAsync(message, Stop),
        })
        {
            Assert.False((await Receiving.AssertFailsAsync(ServiceBusFailureReason.MessageLockLost, settle)).IsTransient);
        }
    }

    [Fact]
    public async Task A_locked_message_is_for_nobody_else()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage());
        await bus.Client.CreateReceiver("plain").NextAsync();
        await bus.Client.CreateReceiver("plain").AssertEmptyAsync();
    }

    [Fact]
    public async Task An_abandoned_message_comes_back_at_the_front_with_its_changes_and_a_higher_count()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage("1") { ApplicationProperties = { ["a"] = 1, ["b"] = 1 } }, new ServiceBusMessage("2"));
        await using var receiver = bus.Client.CreateReceiver("plain");
        var first = await receiver.NextAsync();

        await receiver.AbandonMessageAsync(first, new Dictionary<string, object> { ["b"] = "two", ["c"] = 3L }, Stop);
        var again = await receiver.NextAsync();

        Assert.Equal(("1", 2), (again.Body.ToString(), again.DeliveryCount));
        Assert.Equal(first.SequenceNumber, again.SequenceNumber);
        Assert.NotEqual(first.LockToken, again.LockToken);
        Assert.Equal((1, "two", 3L), (again.ApplicationProperties["a"], again.ApplicationProperties["b"], again.ApplicationProperties["c"]));
    }

    [Fact]
    public async Task A_change_that_no_message_can_carry_fails_and_leaves_the_lock()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage());
        await using var receiver = bus.Client.CreateReceiver("plain");
        var message = await receiver.NextAsync();

        await Assert.ThrowsAsync<SerializationException>(
            () => receiver.AbandonMessageAsync(message, new Dictionary<string, object> { ["v"] = new Version(1, 2) }, Stop));

        await receiver.CompleteMessageAsync(message, Stop);
    }

    [Fact]
    public async Task Another_receiver_of_the_queue_may_settle()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage());
        var message = await bus.Client.CreateReceiver("plain").NextAsync();
        await using var other = bus.Client.CreateReceiver("plain");

        await other.CompleteMessageAsync(message, Stop);

        Assert.Null(await other.PeekMessageAsync(cancellationToken: Stop));
    }

    [Fact]
    public async Task A_deferred_message_comes_back_by_its_number_only()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage("later"), new ServiceBusMessage("now"));
        await using var receiver = bus.Client.CreateReceiver("plain");
        var message = await receiver.NextAsync();
        await receiver.DeferMessageAsync(message, new Dictionary<string, object> { ["note"] = "x" }, Stop);

        Assert.Equal("now", (await receiver.NextAsync()).Body.ToString());
        await receiver.AssertEmptyAsync();
        Assert.Equal(ServiceBusMessageState.Deferred, (await receiver.PeekMessageAsync(message.SequenceNumber, Stop))!.State);
        var deferred = await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber, Stop);
        Assert.Equal(("later", 2, "x"), (deferred.Body.ToString(), deferred.DeliveryCount, deferred.ApplicationProperties["note"]));
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.MessageNotFound, () => receiver.ReceiveDeferredMessageAsync(message.SequenceNumber, Stop));

        await receiver.CompleteMessageAsync(deferred, Stop);

        await Receiving.AssertFailsAsync(ServiceBusFailureReason.MessageNotFound, () => receiver.ReceiveDeferredMessageAsync(message.SequenceNumber, Stop));
    }

    [Fact]
    public async Task A_lock_that_runs_out_returns_the_message_and_counts()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("short-lock", new ServiceBusMessage());
        await using var receiver = bus.Client.CreateReceiver("short-lock");
        var first = await receiver.NextAsync();

        var again = await receiver.NextAsync();

        Assert.Equal(2, again.DeliveryCount);
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.MessageLockLost, () => receiver.CompleteMessageAsync(first, Stop));
        await receiver.CompleteMessageAsync(again, Stop);
    }

    [Fact]
    public async Task A_renewed_lock_holds_longer()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("short-lock", new ServiceBusMessage());
        await using var receiver = bus.Client.CreateReceiver("short-lock");
        var message = await receiver.NextAsync();
        var waiting = bus.Client.CreateReceiver("short-lock").NextAsync();
        var firstEnd = message.LockedUntil;

        do
        {
            Assert.False(waiting.IsCompleted);
            await receiver.RenewMessageLockAsync(message, Stop);
        }
        while (message.LockedUntil < firstEnd.AddSeconds(1));

        await receiver.CompleteMessageAsync(message, Stop);
        Assert.False(waiting.IsCompleted);
    }
}
