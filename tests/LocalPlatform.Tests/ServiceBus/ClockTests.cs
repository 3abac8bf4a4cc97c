using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>The exact moments, on a clock that the test moves.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private const string Topology = """
        {
          "queues": [
            { "name": "q", "lockDuration": "PT1M", "defaultMessageTimeToLive": "PT1H", "deadLetteringOnMessageExpiration": true },
            { "name": "once", "requiresDuplicateDetection": true, "duplicateDetectionHistoryTimeWindow": "PT10M" },
            { "name": "s", "requiresSession": true, "lockDuration": "PT1M", "maxDeliveryCount": 2 }
          ]
        }
        """;

    private readonly FakeTimeProvider _clock = new(Start);
    private OwnBus _own = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ServiceBusClient Client => _own.Client;

    public async ValueTask InitializeAsync() => _own = await OwnBus.OpenAsync(Topology, _clock);

    public ValueTask DisposeAsync() => _own.DisposeAsync();

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public async Task A_lock_is_lost_at_exactly_its_end(int ticks, bool held)
    {
        await Client.CreateSender("q").SendMessageAsync(new(), Stop);
        await using var receiver = Client.CreateReceiver("q");
        var message = await receiver.NextAsync();
        Assert.Equal(Start.AddMinutes(1), message.LockedUntil);

        _clock.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromTicks(ticks));
        var failure = await Record.ExceptionAsync(() => receiver.CompleteMessageAsync(message, Stop));

        Assert.Equal(held, failure is null);
        Assert.Equal(!held, failure is ServiceBusException { Reason: ServiceBusFailureReason.MessageLockLost });
    }

    [Fact]
    public async Task A_renewed_lock_runs_from_the_renewal()
    {
        await Client.CreateSender("q").SendMessageAsync(new(), Stop);
        await using var receiver = Client.CreateReceiver("q");
        var message = await receiver.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(59));

        await receiver.RenewMessageLockAsync(message, Stop);

        Assert.Equal(Start.AddSeconds(119), message.LockedUntil);
        _clock.Advance(TimeSpan.FromSeconds(59));
        await receiver.CompleteMessageAsync(message, Stop);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task A_life_is_over_at_exactly_its_end(int ticks, bool over)
    {
        await Client.CreateSender("q").SendMessageAsync(new(), Stop);
        _clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromTicks(ticks));
        await using var receiver = Client.CreateReceiver("q");
        await using var deadLetters = Client.CreateReceiver("q/$DeadLetterQueue");
        Assert.Equal(over, await receiver.PeekMessageAsync(cancellationToken: Stop) is null);
        Assert.Equal(over, await deadLetters.PeekMessageAsync(cancellationToken: Stop) is not null);
    }

    [Fact]
    public async Task A_life_that_ends_under_lock_ends_with_the_lock()
    {
        await Client.CreateSender("q").SendMessageAsync(new() { TimeToLive = TimeSpan.FromSeconds(30) }, Stop);
        await using var receiver = Client.CreateReceiver("q");
        var message = await receiver.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(40));

        await receiver.AbandonMessageAsync(message, cancellationToken: Stop);

        Assert.Equal("TTLExpiredException", (await Client.CreateReceiver("q/$DeadLetterQueue").NextAsync()).DeadLetterReason);
    }

    [Fact]
    public async Task A_deferred_message_and_a_dead_letter_do_not_expire()
    {
        await Client.CreateSender("q").SendMessagesAsync([new("deferred"), new("dead")], Stop);
        await using var receiver = Client.CreateReceiver("q");
        var deferred = await receiver.NextAsync();
        await receiver.DeferMessageAsync(deferred, cancellationToken: Stop);
        await receiver.DeadLetterMessageAsync(await receiver.NextAsync(), "why", cancellationToken: Stop);

        _clock.Advance(TimeSpan.FromDays(400));

        Assert.Equal("deferred", (await receiver.ReceiveDeferredMessageAsync(deferred.SequenceNumber, Stop)).Body.ToString());
        Assert.Equal("why", (await Client.CreateReceiver("q/$DeadLetterQueue").NextAsync()).DeadLetterReason);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task A_scheduled_message_comes_at_exactly_its_time(int ticks, bool there)
    {
        await Client.CreateSender("q").ScheduleMessageAsync(new(), Start.AddMinutes(5), Stop);
        _clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromTicks(ticks));
        var peeked = await Client.CreateReceiver("q").PeekMessageAsync(cancellationToken: Stop);
        Assert.Equal(there ? ServiceBusMessageState.Active : ServiceBusMessageState.Scheduled, peeked!.State);
    }

    [Fact]
    public async Task A_receive_that_waits_is_woken_by_the_clock()
    {
        await Client.CreateSender("q").ScheduleMessageAsync(new("x"), Start.AddMinutes(5), Stop);
        await using var receiver = Client.CreateReceiver("q");
        var waiting = receiver.ReceiveMessageAsync(TimeSpan.FromMinutes(10), Stop);
        await receiver.PeekMessageAsync(cancellationToken: Stop);
        Assert.False(waiting.IsCompleted);

        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("x", (await waiting.WaitAsync(TimeSpan.FromSeconds(30), Stop))!.Body.ToString());
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    public async Task An_id_is_remembered_for_exactly_the_window(int ticks, int taken)
    {
        var sender = Client.CreateSender("once");
        await sender.SendMessageAsync(new() { MessageId = "a" }, Stop);
        _clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromTicks(ticks));
        await sender.SendMessageAsync(new() { MessageId = "a" }, Stop);
        Assert.Equal(taken, (await Client.CreateReceiver("once").PeekMessagesAsync(10, cancellationToken: Stop)).Count);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public async Task A_session_is_lost_at_exactly_the_end_of_its_lock_and_its_deliveries_count(int ticks, bool held)
    {
        await Client.CreateSender("s").SendMessageAsync(new() { SessionId = "a" }, Stop);
        var session = await Client.AcceptSessionAsync("s", "a", cancellationToken: Stop);
        Assert.Equal(Start.AddMinutes(1), session.SessionLockedUntil);
        var message = await session.NextAsync();

        _clock.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromTicks(ticks));
        var failure = await Record.ExceptionAsync(() => session.CompleteMessageAsync(message, Stop));

        Assert.Equal(held, failure is null);
        Assert.Equal(!held, IsLost(failure));
        if (!held)
        {
            await using var next = await Client.AcceptSessionAsync("s", "a", cancellationToken: Stop);
            Assert.Equal(2, (await next.NextAsync()).DeliveryCount);
            Assert.True(IsLost(await Record.ExceptionAsync(() => session.RenewSessionLockAsync(Stop))));
            Assert.True(IsLost(await Record.ExceptionAsync(() => session.ReceiveMessageAsync(TimeSpan.FromSeconds(1), Stop))));
        }
    }

    [Fact]
    public async Task A_renewed_session_runs_from_the_renewal()
    {
        await Client.CreateSender("s").SendMessageAsync(new() { SessionId = "a" }, Stop);
        await using var session = await Client.AcceptSessionAsync("s", "a", cancellationToken: Stop);
        var message = await session.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(59));

        await session.RenewSessionLockAsync(Stop);

        Assert.Equal(Start.AddSeconds(119), session.SessionLockedUntil);
        _clock.Advance(TimeSpan.FromSeconds(59));
        await session.CompleteMessageAsync(message, Stop);
    }

    [Fact]
    public async Task A_session_lost_as_often_as_allowed_loses_its_message_to_the_dead_letters()
    {
        await Client.CreateSender("s").SendMessagesAsync([new("poison") { SessionId = "a" }, new("other") { SessionId = "a" }], Stop);
        for (var delivery = 1; delivery <= 2; delivery++)
        {
            var session = await Client.AcceptNextSessionAsync("s", cancellationToken: Stop);
            var message = await session.NextAsync();
            Assert.Equal(("poison", delivery), (message.Body.ToString(), message.DeliveryCount));
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal("MaxDeliveryCountExceeded", (await Client.CreateReceiver("s/$DeadLetterQueue").NextAsync()).DeadLetterReason);
        await using var last = await Client.AcceptNextSessionAsync("s", cancellationToken: Stop);
        Assert.Equal("other", (await last.NextAsync()).Body.ToString());
    }

    /// <summary>A receiver closes itself as soon as its session is lost.</summary>
    private static bool IsLost(Exception? failure) =>
        failure is ObjectDisposedException or ServiceBusException { Reason: ServiceBusFailureReason.SessionLockLost };
}
