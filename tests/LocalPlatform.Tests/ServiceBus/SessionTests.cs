using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class SessionTests
{
    // A namespace may still hold the sessions of an earlier run, so each run has its own.
    private readonly string _run = Guid.NewGuid().ToString("N");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_messages_of_a_session_come_to_its_holder_in_order_and_to_nobody_else()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("sessions", Message("a", "1"), Message("b", "2"), Message("a", "3"));

        await using var a = await bus.Client.AcceptSessionAsync("sessions", Id("a"), cancellationToken: Stop);
        await using var b = await bus.Client.AcceptSessionAsync("sessions", Id("b"), cancellationToken: Stop);

        Assert.Equal(["1", "3"], await BodiesAsync(a, 2));
        Assert.Equal(["2"], await BodiesAsync(b, 1));
        Assert.Equal(Id("a"), a.SessionId);
        Assert.True(a.SessionLockedUntil > DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task The_next_session_is_one_with_messages_that_nobody_holds()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("sessions", Message("a", "1"), Message("b", "2"));

        await using var first = await bus.Client.AcceptNextSessionAsync("sessions", cancellationToken: Stop);
        await using var second = await bus.Client.AcceptNextSessionAsync("sessions", cancellationToken: Stop);

        Assert.Equal([Id("a"), Id("b")], new[] { first.SessionId, second.SessionId }.Order());
    }

    [Fact]
    public async Task A_wait_for_the_next_session_ends_with_the_first_message()
    {
        await using var bus = await TestBus.OpenAsync();
        var waiting = bus.Client.AcceptNextSessionAsync("sessions", cancellationToken: Stop);
        await bus.SendAsync("sessions", Message("a", "1"));

        await using var session = await waiting;

        Assert.Equal(["1"], await BodiesAsync(session, 1));
    }

    [Fact]
    public async Task A_session_that_is_held_cannot_be_accepted_until_its_holder_closes()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("sessions", Message("a", "1"));
        var holder = await bus.Client.AcceptSessionAsync("sessions", Id("a"), cancellationToken: Stop);
        var message = await holder.NextAsync();

        await Receiving.AssertFailsAsync(
            ServiceBusFailureReason.SessionCannotBeLocked,
            () => bus.Client.AcceptSessionAsync("sessions", Id("a"), cancellationToken: Stop));
        await holder.CloseAsync(Stop);

        // A plain close is no failed delivery.
        await using var next = await bus.Client.AcceptSessionAsync("sessions", Id("a"), cancellationToken: Stop);
        var again = await next.NextAsync();
        Assert.Equal((message.SequenceNumber, 1), (again.SequenceNumber, again.DeliveryCount));
    }

    [Fact]
    public async Task Messages_of_a_session_are_settled_in_all_ways()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("sessions", Message("a", "completed"), Message("a", "abandoned"), Message("a", "deferred"), Message("a", "dead"));
        await using var session = await bus.Client.AcceptSessionAsync("sessions", Id("a"), cancellationToken: Stop);

        await session.CompleteMessageAsync(await session.NextAsync(), Stop);
        await session.AbandonMessageAsync(await session.NextAsync(), cancellationToken: Stop);
        var again = await session.NextAsync();
        Assert.Equal(("abandoned", 2), (again.Body.ToString(), again.DeliveryCount));
        var deferred = await session.NextAsync();
        await session.DeferMessageAsync(deferred, cancellationToken: Stop);
        await session.DeadLetterMessageAsync(await session.NextAsync(), "why", cancellationToken: Stop);
        var back = await session.ReceiveDeferredMessageAsync(deferred.SequenceNumber, Stop);
        Assert.Equal("deferred", back.Body.ToString());
        await session.CompleteMessageAsync(back, Stop);
        await session.CompleteMessageAsync(again, Stop);

        Assert.Null(await session.PeekMessageAsync(0, Stop));
        var dead = await bus.DeadLetters("sessions").NextAsync();
        Assert.Equal(("dead", "why", Id("a")), (dead.Body.ToString(), dead.DeadLetterReason, dead.SessionId));
    }

    [Fact]
    public async Task A_session_keeps_its_state_until_it_is_cleared()
    {
        await using var bus = await TestBus.OpenAsync();
        await using (var first = await bus.Client.AcceptSessionAsync("sessions", Id("a"), cancellationToken: Stop))
        {
            Assert.Null(await first.GetSessionStateAsync(Stop));
            await first.SetSessionStateAsync(BinaryData.FromString("half done"), Stop);
        }

        await using var second = await bus.Client.AcceptSessionAsync("sessions", Id("a"), cancellationToken: Stop);
        Assert.Equal("half done", (await second.GetSessionStateAsync(Stop)).ToString());
        await second.SetSessionStateAsync(null, Stop);
        Assert.Null(await second.GetSessionStateAsync(Stop));
    }

    [Fact]
    public async Task A_renewal_extends_the_lock_of_the_session()
    {
        await using var bus = await TestBus.OpenAsync();
        await using var session = await bus.Client.AcceptSessionAsync("sessions", Id("a"), cancellationToken: Stop);
        var end = session.SessionLockedUntil;
        do
        {
            await session.RenewSessionLockAsync(Stop);
        }
        while (session.SessionLockedUntil < end.AddMilliseconds(10));
    }

    [Fact]
    public async Task A_message_without_a_session_is_refused_with_all_that_come_with_it()
    {
        await using var bus = await TestBus.OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => bus.SendAsync("sessions", Message("a", "1"), new ServiceBusMessage("2")));
        Assert.Null(await bus.Client.CreateReceiver("sessions").PeekMessageAsync(cancellationToken: Stop));
    }

    [Fact]
    public async Task Receivers_with_and_without_sessions_are_not_exchangeable()
    {
        await using var bus = await TestBus.OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => bus.Client.CreateReceiver("sessions").ReceiveMessageAsync(TimeSpan.FromSeconds(1), Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bus.Client.AcceptSessionAsync("plain", Id("a"), cancellationToken: Stop));
    }

    [Fact]
    public async Task A_peek_in_a_session_shows_its_messages_alone()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("sessions", Message("a", "1"), Message("b", "2"), Message("a", "3"));
        await using var session = await bus.Client.AcceptSessionAsync("sessions", Id("a"), cancellationToken: Stop);
        Assert.Equal(["1", "3"], (await session.PeekMessagesAsync(10, cancellationToken: Stop)).Select(static message => message.Body.ToString()));
    }

    [Fact]
    public async Task A_session_may_be_received_from_and_deleted_at_once()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("sessions", Message("a", "1"), Message("a", "2"));
        var options = new ServiceBusSessionReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete };
        await using var session = await bus.Client.AcceptSessionAsync("sessions", Id("a"), options, Stop);
        Assert.Equal(["1", "2"], [(await session.NextAsync()).Body.ToString(), (await session.NextAsync()).Body.ToString()]);
        Assert.Null(await session.PeekMessageAsync(cancellationToken: Stop));
    }

    [Fact]
    public async Task A_session_processor_works_on_all_sessions_and_each_in_order()
    {
        await using var bus = await TestBus.OpenAsync();
        const int sessions = 6;
        const int each = 10;
        await bus.SendAsync("sessions", [.. Enumerable.Range(0, sessions * each).Select(number => Message($"s{number % sessions}", $"{number}"))]);
        var seen = new Dictionary<string, List<int>>();
        var all = new TaskCompletionSource();
        await using var processor = bus.Client.CreateSessionProcessor("sessions", new ServiceBusSessionProcessorOptions { MaxConcurrentSessions = 3, SessionIdleTimeout = TimeSpan.FromMilliseconds(200) });
        processor.ProcessErrorAsync += static _ => Task.CompletedTask;
        processor.ProcessMessageAsync += work =>
        {
            lock (seen)
            {
                if (!seen.TryGetValue(work.SessionId, out var numbers))
                {
                    seen.Add(work.SessionId, numbers = []);
                }

                numbers.Add(int.Parse(work.Message.Body.ToString(), null));
                if (seen.Values.Sum(static numbers => numbers.Count) == sessions * each)
                {
                    all.TrySetResult();
                }
            }

            return Task.CompletedTask;
        };

        await processor.StartProcessingAsync(Stop);
        await all.Task.WaitAsync(TimeSpan.FromSeconds(60), Stop);
        await processor.StopProcessingAsync(Stop);

        Assert.Equal(sessions, seen.Count);
        Assert.All(seen.Values, static numbers => Assert.Equal(numbers.Order(), numbers));
    }

    private static async Task<List<string>> BodiesAsync(ServiceBusSessionReceiver session, int count) =>
        (await session.AllAsync(count)).ConvertAll(static message => message.Body.ToString());

    private string Id(string session) => $"{_run}-{session}";

    private ServiceBusMessage Message(string session, string body) => new(body) { SessionId = Id(session) };
}
