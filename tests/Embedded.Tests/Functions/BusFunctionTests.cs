using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Embedded.Tests.Functions;

public sealed class BusFunctionTests : IAsyncLifetime
{
    private const string Topology =
        """
        {
          "queues": [
            { "name": "work", "lockDuration": "PT1M", "maxDeliveryCount": 3 },
            { "name": "short", "lockDuration": "PT1S", "maxDeliveryCount": 10 }
          ],
          "topics": [{ "name": "news", "subscriptions": [{ "name": "all", "maxDeliveryCount": 3 }] }]
        }
        """;

    private readonly string _data = FunctionApp.NewDirectory();
    private readonly BusRuns _runs = new();
    private readonly LogLines _log = new();
    private ServiceBusClient _client = null!;

    private string Connection => $"Endpoint=sb://embedded/;DataDirectory={Path.Combine(_data, "bus")};Topology={Path.Combine(_data, "topology.json")}";

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_data, "topology.json"), Topology, TestContext.Current.CancellationToken);
        _client = new(Connection);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task A_message_is_completed_when_its_function_succeeds()
    {
        await using var app = await StartAsync<QueueProbe>();

        await SendAsync("work", "a", "b");

        await EmptyAsync("work");
        Assert.Equal(["a", "b"], Bodies().Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_whose_function_fails_comes_back_at_once_until_it_is_dead_lettered(bool autoComplete)
    {
        _runs.Does = (_, _, _) => throw new InvalidOperationException("no");
        await using var app = await StartAsync<QueueProbe>($"--AzureFunctionsJobHost:extensions:serviceBus:autoCompleteMessages={autoComplete}");

        await SendAsync("work", "a");

        var dead = await ReceiveDeadAsync();
        Assert.Equal("MaxDeliveryCountExceeded", dead.DeadLetterReason);
        Assert.Equal([1, 2, 3], _runs.Given.Cast<ServiceBusReceivedMessage>().Select(each => each.DeliveryCount));
        Assert.Equal(3, _log.Lines.Count(line => line.Exception is InvalidOperationException { Message: "no" }));
    }

    [Fact]
    public async Task Without_auto_complete_what_is_not_settled_keeps_its_lock()
    {
        await using var app = await StartAsync<QueueProbe>("--AzureFunctionsJobHost:extensions:serviceBus:autoCompleteMessages=false");

        await SendAsync("work", "a");
        await GivenAsync(1);
        await app.StopAsync(CancellationToken.None);

        Assert.Equal(1, await CountAsync("work"));
        Assert.Null(await _client.CreateReceiver("work").ReceiveMessageAsync(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_the_trigger_says_of_auto_complete_counts_more_than_host_json()
    {
        await using var app = await StartAsync<CompletingProbe>("--AzureFunctionsJobHost:extensions:serviceBus:autoCompleteMessages=false");

        await SendAsync("work", "a");

        await GivenAsync(1);
        await EmptyAsync("work");
    }

    [Fact]
    public async Task What_the_function_settles_is_left_alone()
    {
        _runs.Does = async (messages, actions, cancellationToken) =>
        {
            await (messages[0].Body.ToString() switch
            {
                "complete" => actions.CompleteMessageAsync(messages[0], cancellationToken),
                "dead" => actions.DeadLetterMessageAsync(messages[0], new() { ["seen"] = 1 }, "why", "how come", cancellationToken),
                "defer" => actions.DeferMessageAsync(messages[0], cancellationToken: cancellationToken),
                _ when messages[0].DeliveryCount == 1 => actions.AbandonMessageAsync(messages[0], new Dictionary<string, object> { ["again"] = true }, cancellationToken),
                _ => actions.CompleteMessageAsync(messages[0], cancellationToken),
            });
            throw new InvalidOperationException("after settling");
        };
        await using var app = await StartAsync<QueueProbe>();

        await SendAsync("work", "complete", "dead", "defer", "abandon");

        await GivenAsync(5);
        var dead = await ReceiveDeadAsync();
        Assert.Equal(("why", "how come", 1), (dead.DeadLetterReason, dead.DeadLetterErrorDescription, dead.ApplicationProperties["seen"]));
        await Eventually.TrueAsync(async () => await CountAsync("work") == 1, "only the deferred message is left");
        var given = _runs.Given.Cast<ServiceBusReceivedMessage>().ToArray();
        Assert.Equal(true, given.Single(each => each.DeliveryCount == 2).ApplicationProperties["again"]);
        Assert.Equal(5, given.Length);
    }

    [Fact]
    public async Task The_lock_of_a_message_is_renewed_while_its_function_runs()
    {
        _runs.Does = async (_, _, cancellationToken) => await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        await using var app = await StartAsync<QueueProbe>("--Queue=short");

        await SendAsync("short", "a");

        await EmptyAsync("short");
        Assert.Single(_runs.Given);
    }

    [Fact]
    public async Task The_lock_of_a_message_is_not_renewed_for_longer_than_host_json_says()
    {
        _runs.Does = async (messages, _, cancellationToken) => await Task.Delay(messages[0].DeliveryCount == 1 ? TimeSpan.FromSeconds(3) : TimeSpan.Zero, cancellationToken);
        await using var app = await StartAsync<QueueProbe>("--Queue=short", "--AzureFunctionsJobHost:extensions:serviceBus:maxAutoLockRenewalDuration=00:00:01");

        await SendAsync("short", "a");

        await GivenAsync(2);
        await EmptyAsync("short");
        Assert.Equal(2, _runs.Given.Cast<ServiceBusReceivedMessage>().Max(each => each.DeliveryCount));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task No_more_functions_run_at_once_than_host_json_says(int atOnce)
    {
        _runs.Does = async (_, _, cancellationToken) => await Task.Delay(20, cancellationToken);
        await using var app = await StartAsync<QueueProbe>($"--AzureFunctionsJobHost:extensions:serviceBus:maxConcurrentCalls={atOnce}");

        await SendAsync("work", [.. Enumerable.Range(0, 30).Select(each => $"{each}")]);

        await GivenAsync(30);
        await EmptyAsync("work");
        Assert.Equal(atOnce, _runs.MostAtOnce);
    }

    [Fact]
    public async Task A_batch_comes_as_one_call_and_is_settled_as_one()
    {
        await SendAsync("work", "a", "b", "c", "d", "e");
        await using var app = await StartAsync<BatchProbe>("--AzureFunctionsJobHost:extensions:serviceBus:maxMessageBatchSize=4");

        await EmptyAsync("work");

        Assert.Equal([4, 1], _runs.Given);
    }

    [Fact]
    public async Task A_failed_batch_comes_back_but_for_what_its_function_settled()
    {
        var failed = false;
        _runs.Does = async (messages, actions, cancellationToken) =>
        {
            if (!failed)
            {
                failed = true;
                await actions.CompleteMessageAsync(messages[0], cancellationToken);
                throw new InvalidOperationException("half of it");
            }
        };
        await SendAsync("work", "a", "b", "c");
        await using var app = await StartAsync<BatchProbe>();

        await EmptyAsync("work");

        Assert.Equal(5, _runs.Given.Cast<int>().Sum());
    }

    [Fact]
    public async Task A_subscription_is_listened_to_and_its_messages_come_as_text()
    {
        await using var app = await StartAsync<SubscriptionProbe>();

        await SendAsync("news", "read all about it");

        await GivenAsync(1);
        Assert.Equal("read all about it", _runs.Given.Single());
    }

    [Fact]
    public async Task A_stopping_host_finishes_what_it_has_in_hand_and_takes_nothing_new()
    {
        var open = new TaskCompletionSource();
        _runs.Does = (_, _, cancellationToken) => open.Task.WaitAsync(cancellationToken);
        await using var app = await StartAsync<QueueProbe>("--AzureFunctionsJobHost:extensions:serviceBus:maxConcurrentCalls=2");
        await SendAsync("work", "a", "b", "c");
        await GivenAsync(2);

        var stop = app.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);
        open.SetResult();
        await stop;

        Assert.Equal(1, await CountAsync("work"));
        Assert.Equal(2, _runs.Given.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_that_cannot_wait_gives_back_what_it_has_in_hand(bool functionHeedsItsToken)
    {
        _runs.Does = (_, _, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, functionHeedsItsToken ? cancellationToken : CancellationToken.None);
        await using var app = await StartAsync<QueueProbe>();
        await SendAsync("work", "a");
        await GivenAsync(1);

        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await app.StopAsync(patience.Token);

        var back = await _client.CreateReceiver("work").ReceiveMessageAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Equal(2, back?.DeliveryCount);
    }

    [Fact]
    public async Task A_bus_that_is_away_is_waited_for_and_logged_once()
    {
        var away = Path.Combine(_data, "bus", "bus.unavailable");
        await File.WriteAllTextAsync(away, "", TestContext.Current.CancellationToken);
        await using var app = await StartAsync<QueueProbe>();
        await Eventually.TrueAsync(() => OutageLines(LogLevel.Warning) == 1, "the outage was logged");
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        File.Delete(away);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await SendAsync("work", "a");
                    return true;
                }
                catch (ServiceBusException e) when (e.IsTransient)
                {
                    return false;
                }
            },
            "the bus answered");

        await GivenAsync(1);
        await EmptyAsync("work");
        Assert.Equal(1, OutageLines(LogLevel.Warning));
        Assert.Equal(1, OutageLines(LogLevel.Information));
    }

    [Fact]
    public async Task A_connection_that_no_setting_names_stops_the_start_and_is_named()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => FunctionApp.StartAsync(
            [typeof(BatchProbe)], builder => builder.Services.AddSingleton(_runs)));

        Assert.Contains("BatchProbe", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Bus", failure.Message, StringComparison.Ordinal);
    }

    private int OutageLines(LogLevel level) => _log.Lines.Count(line => line.Level == level && line.Text.Contains("QueueProbe gets", StringComparison.Ordinal));

    private IEnumerable<string> Bodies() => _runs.Given.Cast<ServiceBusReceivedMessage>().Select(each => each.Body.ToString());

    private Task<FunctionApp> StartAsync<TProbe>(params string[] settings) => FunctionApp.StartAsync(
        [typeof(TProbe)],
        builder => builder.Services.AddSingleton(_runs).AddSingleton<ILoggerProvider>(_log),
        _data,
        [$"--Bus={Connection}", "--Queue=work", "--Subscription=all", .. settings]);

    private async Task SendAsync(string entity, params string[] bodies) =>
        await _client.CreateSender(entity).SendMessagesAsync([.. bodies.Select(body => new ServiceBusMessage(body))], TestContext.Current.CancellationToken);

    private Task GivenAsync(int count) => Eventually.TrueAsync(() => _runs.Given.Count >= count, $"{count} messages were given to the function");

    private Task EmptyAsync(string queue) => Eventually.TrueAsync(async () => await CountAsync(queue) == 0, $"{queue} was empty");

    private async Task<int> CountAsync(string queue) => (await _client.CreateReceiver(queue).PeekMessagesAsync(100, 0, TestContext.Current.CancellationToken)).Count;

    private async Task<ServiceBusReceivedMessage> ReceiveDeadAsync()
    {
        var receiver = _client.CreateReceiver("work", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        var dead = await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.NotNull(dead);
        return dead;
    }
}
