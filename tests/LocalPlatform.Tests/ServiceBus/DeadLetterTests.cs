using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class DeadLetterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_abandoned_as_often_as_allowed_is_dead_lettered()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage("poison") { MessageId = "m" });
        await using var receiver = bus.Client.CreateReceiver("plain");
        for (var delivery = 1; delivery <= 3; delivery++)
        {
            await bus.DeadLetters("plain").AssertEmptyAsync();
            var message = await receiver.NextAsync();
            Assert.Equal(delivery, message.DeliveryCount);
            await receiver.AbandonMessageAsync(message, cancellationToken: Stop);
        }

        await receiver.AssertEmptyAsync();
        var dead = await bus.DeadLetters("plain").NextAsync();
        Assert.Equal(("poison", "m", "MaxDeliveryCountExceeded"), (dead.Body.ToString(), dead.MessageId, dead.DeadLetterReason));
        Assert.False(string.IsNullOrEmpty(dead.DeadLetterErrorDescription));
    }

    [Fact]
    public async Task A_message_whose_lock_runs_out_as_often_as_allowed_is_dead_lettered()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("short-lock", new ServiceBusMessage());
        await using var receiver = bus.Client.CreateReceiver("short-lock");
        for (var delivery = 1; delivery <= 3; delivery++)
        {
            Assert.Equal(delivery, (await receiver.NextAsync()).DeliveryCount);
        }

        Assert.Equal("MaxDeliveryCountExceeded", (await bus.DeadLetters("short-lock").NextAsync()).DeadLetterReason);
    }

    [Fact]
    public async Task A_dead_lettered_message_carries_reason_description_and_changes()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage("body") { MessageId = "m", ApplicationProperties = { ["kept"] = 1 } });
        await using var receiver = bus.Client.CreateReceiver("plain");
        var message = await receiver.NextAsync();

        await receiver.DeadLetterMessageAsync(message, new Dictionary<string, object> { ["more"] = 2 }, "unmapped-stage", "Stage 'x' has no mapping.", Stop);

        await receiver.AssertEmptyAsync();
        await using var deadLetters = bus.DeadLetters("plain");
        var dead = await deadLetters.NextAsync();
        Assert.Equal(("body", "m"), (dead.Body.ToString(), dead.MessageId));
        Assert.Equal(("unmapped-stage", "Stage 'x' has no mapping."), (dead.DeadLetterReason, dead.DeadLetterErrorDescription));
        Assert.Equal(("unmapped-stage", "Stage 'x' has no mapping."), (dead.ApplicationProperties["DeadLetterReason"], dead.ApplicationProperties["DeadLetterErrorDescription"]));
        Assert.Equal((1, 2), (dead.ApplicationProperties["kept"], dead.ApplicationProperties["more"]));
        Assert.Equal(message.EnqueuedTime, dead.EnqueuedTime);
        await deadLetters.CompleteMessageAsync(dead, Stop);
        Assert.Null(await deadLetters.PeekMessageAsync(cancellationToken: Stop));
    }

    [Fact]
    public async Task Each_way_to_dead_letter_says_what_it_was_given()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage("1"), new ServiceBusMessage("2"), new ServiceBusMessage("3"));
        await using var receiver = bus.Client.CreateReceiver("plain");
        await receiver.DeadLetterMessageAsync(await receiver.NextAsync(), cancellationToken: Stop);
        await receiver.DeadLetterMessageAsync(await receiver.NextAsync(), "why", cancellationToken: Stop);
        await receiver.DeadLetterMessageAsync(await receiver.NextAsync(), new Dictionary<string, object> { ["p"] = 1 }, Stop);

        await using var deadLetters = bus.DeadLetters("plain");
        var dead = new[] { await deadLetters.NextAsync(), await deadLetters.NextAsync(), await deadLetters.NextAsync() };

        Assert.Equal(["1", "2", "3"], dead.Select(message => message.Body.ToString()));
        Assert.Equal([null, "why", null], dead.Select(message => message.DeadLetterReason));
        Assert.Equal(1, dead[2].ApplicationProperties["p"]);
    }

    [Theory]
    [InlineData(4095, false)]
    [InlineData(4096, false)]
    [InlineData(4097, true)]
    public async Task A_reason_has_at_most_4096_characters(int length, bool refused)
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage());
        await using var receiver = bus.Client.CreateReceiver("plain");
        var message = await receiver.NextAsync();

        var failure = await Record.ExceptionAsync(() => receiver.DeadLetterMessageAsync(message, new string('x', length), cancellationToken: Stop));

        Assert.Equal(refused, failure is ArgumentOutOfRangeException);
        Assert.Equal(refused, failure is not null);
    }

    [Fact]
    public async Task Two_different_reasons_are_refused()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage());
        await using var receiver = bus.Client.CreateReceiver("plain");
        var message = await receiver.NextAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => receiver.DeadLetterMessageAsync(message, new Dictionary<string, object> { ["DeadLetterReason"] = "a" }, "b", cancellationToken: Stop));
    }

    [Fact]
    public async Task A_dead_letter_is_given_back_and_again_without_end()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage());
        await using var receiver = bus.Client.CreateReceiver("plain");
        await receiver.DeadLetterMessageAsync(await receiver.NextAsync(), "why", cancellationToken: Stop);
        await using var deadLetters = bus.DeadLetters("plain");
        for (var i = 0; i < 12; i++)
        {
            await deadLetters.AbandonMessageAsync(await deadLetters.NextAsync(), cancellationToken: Stop);
        }

        Assert.Equal("why", (await deadLetters.NextAsync()).DeadLetterReason);
    }

    [Fact]
    public async Task A_subscription_has_a_dead_letter_queue_of_its_own()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("events", new ServiceBusMessage { MessageId = "m", ApplicationProperties = { ["team"] = "sales", ["amount"] = 100 } });
        await using var sales = bus.Client.CreateReceiver("events", "sales");
        for (var i = 0; i < 2; i++)
        {
            await sales.AbandonMessageAsync(await sales.NextAsync(), cancellationToken: Stop);
        }

        await using var deadLetters = bus.Client.CreateReceiver("events", "sales", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        Assert.Equal("MaxDeliveryCountExceeded", (await deadLetters.NextAsync()).DeadLetterReason);
        await bus.Client.CreateReceiver("events", "everything").NextAsync();
        Assert.Equal("events/Subscriptions/sales/$DeadLetterQueue", deadLetters.EntityPath, ignoreCase: true);
    }
}
