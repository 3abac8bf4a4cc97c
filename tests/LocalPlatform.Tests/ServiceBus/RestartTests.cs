using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class RestartTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_broker_has_what_the_old_one_had_without_its_locks()
    {
        await using var own = await OwnBus.OpenAsync();
        var sender = own.Client.CreateSender("plain");
        await sender.SendMessagesAsync([new("locked"), new("done"), new("deferred"), new("dead"), new("waiting") { ApplicationProperties = { ["n"] = 1 } }], Stop);
        await sender.ScheduleMessageAsync(new("scheduled"), DateTimeOffset.UtcNow.AddSeconds(1), Stop);
        var receiver = own.Client.CreateReceiver("plain");
        await receiver.NextAsync();
        await receiver.CompleteMessageAsync(await receiver.NextAsync(), Stop);
        var deferred = await receiver.NextAsync();
        await receiver.DeferMessageAsync(deferred, cancellationToken: Stop);
        var last = await receiver.NextAsync();
        await receiver.DeadLetterMessageAsync(last, "why", "because", Stop);

        await own.ReopenAsync();

        receiver = own.Client.CreateReceiver("plain");
        var locked = await receiver.NextAsync();
        Assert.Equal(("locked", 2), (locked.Body.ToString(), locked.DeliveryCount));
        var waiting = await receiver.NextAsync();
        Assert.Equal(("waiting", 1, 1), (waiting.Body.ToString(), waiting.DeliveryCount, waiting.ApplicationProperties["n"]));
        Assert.Equal("scheduled", (await receiver.NextAsync()).Body.ToString());
        var again = await receiver.ReceiveDeferredMessageAsync(deferred.SequenceNumber, Stop);
        Assert.Equal(("deferred", 2), (again.Body.ToString(), again.DeliveryCount));
        var dead = await own.Client.CreateReceiver("plain/$DeadLetterQueue").NextAsync();
        Assert.Equal(("dead", "why", "because", "plain"), (dead.Body.ToString(), dead.DeadLetterReason, dead.DeadLetterErrorDescription, dead.DeadLetterSource));
        Assert.Equal(last.SequenceNumber, dead.EnqueuedSequenceNumber);
    }

    [Fact]
    public async Task Numbers_go_on_after_a_restart_even_when_nothing_is_left()
    {
        await using var own = await OwnBus.OpenAsync();
        var numbers = new List<long>();
        for (var run = 0; run < 3; run++)
        {
            await own.Client.CreateSender("plain").SendMessageAsync(new(), Stop);
            var receiver = own.Client.CreateReceiver("plain");
            var message = await receiver.NextAsync();
            numbers.Add(message.SequenceNumber);
            await receiver.CompleteMessageAsync(message, Stop);
            await own.ReopenAsync();
        }

        Assert.Equal(numbers.Order().Distinct(), numbers);
    }

    [Fact]
    public async Task A_message_lost_with_its_broker_as_often_as_allowed_is_dead_lettered()
    {
        await using var own = await OwnBus.OpenAsync();
        await own.Client.CreateSender("plain").SendMessageAsync(new(), Stop);
        for (var delivery = 1; delivery <= 3; delivery++)
        {
            Assert.Equal(delivery, (await own.Client.CreateReceiver("plain").NextAsync()).DeliveryCount);
            await own.ReopenAsync();
        }

        await own.Client.CreateReceiver("plain").AssertEmptyAsync();
        Assert.Equal("MaxDeliveryCountExceeded", (await own.Client.CreateReceiver("plain/$DeadLetterQueue").NextAsync()).DeadLetterReason);
    }

    [Fact]
    public async Task What_became_due_while_the_broker_was_closed_happens_when_it_opens()
    {
        await using var own = await OwnBus.OpenAsync(clock: new FakeTimeProvider(Start));
        await own.Client.CreateSender("plain").ScheduleMessageAsync(new("due"), Start.AddHours(1), Stop);
        await own.Client.CreateSender("dead-letters-expired").SendMessageAsync(new("old"), Stop);

        await own.ReopenAsync(new FakeTimeProvider(Start.AddDays(2)));

        Assert.Equal("due", (await own.Client.CreateReceiver("plain").NextAsync()).Body.ToString());
        Assert.Equal("TTLExpiredException", (await own.Client.CreateReceiver("dead-letters-expired/$DeadLetterQueue").NextAsync()).DeadLetterReason);
    }

    [Fact]
    public async Task Duplicates_are_known_again_after_a_restart()
    {
        await using var own = await OwnBus.OpenAsync();
        await own.Client.CreateSender("no-duplicates").SendMessageAsync(new() { MessageId = "a" }, Stop);
        await own.ReopenAsync();
        await own.Client.CreateSender("no-duplicates").SendMessageAsync(new() { MessageId = "a" }, Stop);
        Assert.Single(await own.Client.CreateReceiver("no-duplicates").PeekMessagesAsync(10, cancellationToken: Stop));
    }

    [Fact]
    public async Task A_data_directory_belongs_to_one_broker_at_a_time()
    {
        await using var own = await OwnBus.OpenAsync();
        var failure = await Assert.ThrowsAsync<IOException>(() => own.OpenAsync());
        Assert.Contains("in use by another process", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_of_another_version_is_refused_and_left_alone()
    {
        await using var own = await OwnBus.OpenAsync();
        await own.Client.CreateSender("plain").SendMessageAsync(new("kept"), Stop);
        await own.CloseAsync();
        BusFile.Execute(own.Folder, "PRAGMA user_version = 99");

        var failure = await Assert.ThrowsAsync<IOException>(() => own.OpenAsync());

        Assert.Contains(own.Folder, failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, BusFile.Query(own.Folder, "SELECT count(*) FROM message"));
    }
}
