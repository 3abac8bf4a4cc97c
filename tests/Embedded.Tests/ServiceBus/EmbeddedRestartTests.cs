using Azure.Messaging.ServiceBus.Embedded;

namespace IntegrationHub.Embedded.Tests.ServiceBus;

public sealed class EmbeddedRestartTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_broker_has_what_the_old_one_had_without_its_locks()
    {
        using var own = new OwnBus();
        long deferred;
        long lastNumber;
        await using (var client = own.Connect())
        {
            var sender = client.CreateSender("plain");
            await sender.SendMessagesAsync([new("locked"), new("done"), new("deferred"), new("dead"), new("waiting") { ApplicationProperties = { ["n"] = 1 } }], Stop);
            await sender.ScheduleMessageAsync(new("scheduled"), DateTimeOffset.UtcNow.AddSeconds(2), Stop);
            await using var receiver = client.CreateReceiver("plain");
            await receiver.NextAsync();
            await receiver.CompleteMessageAsync(await receiver.NextAsync(), Stop);
            var message = await receiver.NextAsync();
            deferred = message.SequenceNumber;
            await receiver.DeferMessageAsync(message, cancellationToken: Stop);
            message = await receiver.NextAsync();
            await receiver.DeadLetterMessageAsync(message, "why", "because", Stop);
            lastNumber = message.SequenceNumber;
        }

        await using (var client = own.Connect())
        {
            await using var receiver = client.CreateReceiver("plain");
            var locked = await receiver.NextAsync();
            Assert.Equal(("locked", 2), (locked.Body.ToString(), locked.DeliveryCount));
            var waiting = await receiver.NextAsync();
            Assert.Equal(("waiting", 1, 1), (waiting.Body.ToString(), waiting.DeliveryCount, waiting.ApplicationProperties["n"]));
            Assert.Equal("scheduled", (await receiver.NextAsync()).Body.ToString());
            var again = await receiver.ReceiveDeferredMessageAsync(deferred, Stop);
            Assert.Equal(("deferred", 2), (again.Body.ToString(), again.DeliveryCount));
            var dead = await client.CreateReceiver("plain/$DeadLetterQueue").NextAsync();
            Assert.Equal(("dead", "why", "because", "plain"), (dead.Body.ToString(), dead.DeadLetterReason, dead.DeadLetterErrorDescription, dead.DeadLetterSource));
            Assert.Equal(lastNumber, dead.EnqueuedSequenceNumber);
        }
    }

    [Fact]
    public async Task Numbers_go_on_after_a_restart_even_when_nothing_is_left()
    {
        using var own = new OwnBus();
        var numbers = new List<long>();
        for (var run = 0; run < 3; run++)
        {
            await using var client = own.Connect();
            await client.CreateSender("plain").SendMessageAsync(new(), Stop);
            await using var receiver = client.CreateReceiver("plain");
            var message = await receiver.NextAsync();
            numbers.Add(message.SequenceNumber);
            await receiver.CompleteMessageAsync(message, Stop);
        }

        Assert.Equal(numbers.Order().Distinct(), numbers);
    }

    [Fact]
    public async Task A_message_lost_with_its_process_as_often_as_allowed_is_dead_lettered()
    {
        using var own = new OwnBus();
        await using (var client = own.Connect())
        {
            await client.CreateSender("plain").SendMessageAsync(new(), Stop);
        }

        for (var delivery = 1; delivery <= 3; delivery++)
        {
            await using var client = own.Connect();
            Assert.Equal(delivery, (await client.CreateReceiver("plain").NextAsync()).DeliveryCount);
        }

        await using var last = own.Connect();
        await last.CreateReceiver("plain").IsEmptyAsync();
        Assert.Equal("MaxDeliveryCountExceeded", (await last.CreateReceiver("plain/$DeadLetterQueue").NextAsync()).DeadLetterReason);
    }

    [Fact]
    public async Task What_became_due_while_the_broker_was_closed_happens_when_it_opens()
    {
        using var own = new OwnBus();
        await using (EmbeddedBus.Open(own.Connection, new ManualClock(Start)))
        {
            await using var client = own.Connect();
            await client.CreateSender("plain").ScheduleMessageAsync(new("due"), Start.AddHours(1), Stop);
            await client.CreateSender("dead-letters-expired").SendMessageAsync(new("old"), Stop);
            await client.CreateSender("no-duplicates").SendMessageAsync(new() { MessageId = "a" }, Stop);
        }

        await using (EmbeddedBus.Open(own.Connection, new ManualClock(Start.AddDays(2))))
        {
            await using var client = own.Connect();
            Assert.Equal("due", (await client.CreateReceiver("plain").NextAsync()).Body.ToString());
            Assert.Equal("TTLExpiredException", (await client.CreateReceiver("dead-letters-expired/$DeadLetterQueue").NextAsync()).DeadLetterReason);
        }
    }

    [Fact]
    public async Task Duplicates_are_known_again_after_a_restart()
    {
        using var own = new OwnBus();
        for (var run = 0; run < 2; run++)
        {
            await using var client = own.Connect();
            await client.CreateSender("no-duplicates").SendMessageAsync(new() { MessageId = "a" }, Stop);
        }

        await using var last = own.Connect();
        Assert.Single(await last.CreateReceiver("no-duplicates").PeekMessagesAsync(10, cancellationToken: Stop));
    }

    [Fact]
    public async Task Clients_of_a_process_share_one_broker_until_the_last_is_closed()
    {
        using var own = new OwnBus();
        await using var second = own.Connect();
        await using (var first = own.Connect())
        {
            await first.CreateSender("plain").SendMessageAsync(new("x"), Stop);
        }

        Assert.Equal("x", (await second.CreateReceiver("plain").NextAsync()).Body.ToString());
    }
}
