using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>What sessions are after a restart, in a topic, and when there is none to accept.</summary>
public sealed class SessionLifeTests
{
    private const string Topology = """
        {
          "queues": [ { "name": "s", "requiresSession": true } ],
          "topics": [ { "name": "t", "subscriptions": [ { "name": "s", "requiresSession": true }, { "name": "all" } ] } ]
        }
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_and_their_states_are_there_after_a_restart()
    {
        await using var own = await OwnBus.OpenAsync(Topology);
        await own.Client.CreateSender("s").SendMessagesAsync([new("1") { SessionId = "a" }, new("2") { SessionId = "b" }], Stop);
        await using (var session = await own.Client.AcceptSessionAsync("s", "a", cancellationToken: Stop))
        {
            await session.SetSessionStateAsync(BinaryData.FromString("state"), Stop);
        }

        await own.ReopenAsync();

        await using var first = await own.Client.AcceptNextSessionAsync("s", cancellationToken: Stop);
        Assert.Equal(("a", "1"), (first.SessionId, (await first.NextAsync()).Body.ToString()));
        Assert.Equal("state", (await first.GetSessionStateAsync(Stop)).ToString());
        await using var second = await own.Client.AcceptNextSessionAsync("s", cancellationToken: Stop);
        Assert.Equal(("b", "2"), (second.SessionId, (await second.NextAsync()).Body.ToString()));
    }

    [Fact]
    public async Task A_wait_for_a_session_ends_with_its_time()
    {
        await using var own = await OwnBus.OpenAsync(Topology);
        await using var client = new ServiceBusClient(
            own.Local.ConnectionString,
            new ServiceBusClientOptions { RetryOptions = new() { MaxRetries = 0, TryTimeout = TimeSpan.FromSeconds(1) } });
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.ServiceTimeout, () => client.AcceptNextSessionAsync("s", cancellationToken: Stop));

        // Who waits no longer takes nothing.
        await own.Client.CreateSender("s").SendMessageAsync(new("1") { SessionId = "a" }, Stop);
        await using var session = await own.Client.AcceptNextSessionAsync("s", cancellationToken: Stop);
        Assert.Equal("1", (await session.NextAsync()).Body.ToString());
    }

    [Fact]
    public async Task A_copy_without_a_session_is_dead_lettered_where_a_subscription_requires_one()
    {
        await using var own = await OwnBus.OpenAsync(Topology);
        await own.Client.CreateSender("t").SendMessagesAsync([new("without"), new("with") { SessionId = "a" }], Stop);

        await using var session = await own.Client.AcceptNextSessionAsync("t", "s", cancellationToken: Stop);
        Assert.Equal("with", (await session.NextAsync()).Body.ToString());
        var dead = await own.Client.CreateReceiver("t/Subscriptions/s/$DeadLetterQueue").NextAsync();
        Assert.Equal(("without", "Session id is null"), (dead.Body.ToString(), dead.DeadLetterReason));
        Assert.Equal(2, (await own.Client.CreateReceiver("t", "all").PeekMessagesAsync(10, cancellationToken: Stop)).Count);
    }

    [Fact]
    public async Task A_session_longer_than_memory_holds_comes_whole_and_in_order()
    {
        await using var own = await OwnBus.OpenAsync(Topology);
        var sender = own.Client.CreateSender("s");
        for (var page = 0; page < 4; page++)
        {
            await sender.SendMessagesAsync(Enumerable.Range(0, 200).Select(number => new ServiceBusMessage($"{(page * 200) + number}") { SessionId = $"{number % 2}" }), Stop);
        }

        await using var session = await own.Client.AcceptSessionAsync("s", "1", new ServiceBusSessionReceiverOptions { PrefetchCount = 50 }, Stop);
        for (var number = 1; number < 800; number += 2)
        {
            var message = await session.NextAsync();
            Assert.Equal($"{number}", message.Body.ToString());
            await session.CompleteMessageAsync(message, Stop);
        }
    }
}
