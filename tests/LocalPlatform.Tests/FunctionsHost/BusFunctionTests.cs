using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using IntegrationHub.LocalPlatform.FunctionsHost;
using IntegrationHub.LocalPlatform.ProbeApp;
using IntegrationHub.LocalPlatform.ServiceBus;
using IntegrationHub.Tests.Support;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

/// <summary>Functions that take messages, with a real worker, the real client and the local bus.</summary>
public sealed class BusFunctionTests : IAsyncLifetime
{
    private const string Topology =
        """
        {
          "queues": [
            { "name": "work", "lockDuration": "PT1M", "maxDeliveryCount": 3 },
            { "name": "short", "lockDuration": "PT2S", "maxDeliveryCount": 10 }
          ],
          "topics": [{ "name": "news", "subscriptions": [{ "name": "all", "maxDeliveryCount": 3 }] }]
        }
        """;

    private readonly string _data = Directory.CreateTempSubdirectory("bus-functions-").FullName;
    private readonly int _port = FreePort.Find();
    private LocalBus? _bus;
    private ServiceBusClient _client = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_data, "topology.json"), Topology, Stop);
        await OpenBusAsync();
        _client = new(_bus!.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await (_bus?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task A_message_is_completed_when_its_function_succeeds()
    {
        await using var host = await StartAsync("QueueProbe");

        await SendAsync("work", "a", "b");

        await EmptyAsync("work");
        Assert.Equal(["a", "b"], Bodies(host).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_whose_function_fails_comes_back_at_once_until_it_is_dead_lettered(bool autoComplete)
    {
        await using var host = await StartAsync("QueueProbe", ("AzureFunctionsJobHost:extensions:serviceBus:autoCompleteMessages", $"{autoComplete}"));
        Runs(host).Does = (_, _, _) => throw new InvalidOperationException("not today");

        await SendAsync("work", "a");

        var dead = await ReceiveDeadAsync();
        Assert.Equal("MaxDeliveryCountExceeded", dead.DeadLetterReason);
        Assert.Equal([1, 2, 3], Given(host).Select(each => each.DeliveryCount));
        Assert.Equal(3, host.Log.Lines.Count(line => line.Level == LogLevel.Error && line.Text.Contains("not today", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_auto_complete_what_is_not_settled_keeps_its_lock()
    {
        await using var host = await StartAsync("QueueProbe", ("AzureFunctionsJobHost:extensions:serviceBus:autoCompleteMessages", "false"));

        await SendAsync("work", "a");
        await GivenAsync(host, 1);
        await host.StopAsync();

        Assert.Equal(1, await CountAsync("work"));
        await using var receiver = _client.CreateReceiver("work");
        Assert.Null(await receiver.ReceiveMessageAsync(TimeSpan.FromMilliseconds(200), Stop));
    }

    [Fact]
    public async Task What_the_trigger_says_of_auto_complete_counts_more_than_host_json()
    {
        await using var host = await StartAsync("CompletingProbe", ("AzureFunctionsJobHost:extensions:serviceBus:autoCompleteMessages", "false"));

        await SendAsync("work", "a");

        await GivenAsync(host, 1);
        await EmptyAsync("work");
    }

    [Fact]
    public async Task What_the_function_settles_is_left_alone()
    {
        await using var host = await StartAsync("QueueProbe");
        Runs(host).Does = async (messages, actions, cancellationToken) =>
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

        await SendAsync("work", "complete", "dead", "defer", "abandon");

        await GivenAsync(host, 5);
        var dead = await ReceiveDeadAsync();
        Assert.Equal(("why", "how come", 1), (dead.DeadLetterReason, dead.DeadLetterErrorDescription, dead.ApplicationProperties["seen"]));
        await Eventually.TrueAsync(async () => await CountAsync("work") == 1, "only the deferred message is left");
        Assert.Equal(true, Given(host).Single(each => each.DeliveryCount == 2).ApplicationProperties["again"]);
        Assert.Equal(5, Given(host).Length);
    }

    [Fact]
    public async Task A_message_that_the_function_does_not_hold_any_more_cannot_be_settled()
    {
        var failure = new TaskCompletionSource<Exception?>();
        await using var host = await StartAsync("QueueProbe");
        Runs(host).Does = async (messages, actions, cancellationToken) =>
        {
            await actions.CompleteMessageAsync(messages[0], cancellationToken);
            failure.SetResult(await Record.ExceptionAsync(() => actions.CompleteMessageAsync(ServiceBusModelFactory.ServiceBusReceivedMessage(lockTokenGuid: Guid.NewGuid()), cancellationToken)));
        };

        await SendAsync("work", "a");

        var refusal = Assert.IsType<Grpc.Core.RpcException>(await failure.Task.WaitAsync(Stop));
        Assert.Equal(Grpc.Core.StatusCode.FailedPrecondition, refusal.StatusCode);
    }

    [Fact]
    public async Task The_lock_of_a_message_is_renewed_while_its_function_runs()
    {
        await using var host = await StartAsync("QueueProbe", ("Queue", "short"));
        Runs(host).Does = async (_, _, cancellationToken) => await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);

        await SendAsync("short", "a");

        await EmptyAsync("short");
        Assert.Single(Given(host));
    }

    [Fact]
    public async Task A_function_may_renew_the_lock_itself()
    {
        await using var host = await StartAsync("BatchProbe", ("Queue", "short"));
        Runs(host).Does = async (messages, actions, cancellationToken) =>
        {
            for (var started = Stopwatch.StartNew(); started.Elapsed < TimeSpan.FromSeconds(4);)
            {
                await Task.Delay(300, cancellationToken);
                await actions.RenewMessageLockAsync(messages[0], cancellationToken);
            }
        };

        await SendAsync("short", "a");

        await EmptyAsync("short");
        Assert.Single(Runs(host).Given);
    }

    [Fact]
    public async Task The_lock_of_a_message_is_not_renewed_for_longer_than_host_json_says()
    {
        await using var host = await StartAsync("QueueProbe", ("Queue", "short"), ("AzureFunctionsJobHost:extensions:serviceBus:maxAutoLockRenewalDuration", "00:00:01"));
        Runs(host).Does = async (messages, _, cancellationToken) => await Task.Delay(messages[0].DeliveryCount == 1 ? TimeSpan.FromSeconds(6) : TimeSpan.Zero, cancellationToken);

        await SendAsync("short", "a");

        await GivenAsync(host, 2);
        await EmptyAsync("short");
        Assert.Equal(2, Given(host).Max(each => each.DeliveryCount));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task No_more_functions_run_at_once_than_host_json_says(int atOnce)
    {
        await using var host = await StartAsync(
            "QueueProbe",
            ("AzureFunctionsJobHost:extensions:serviceBus:maxConcurrentCalls", $"{atOnce}"),
            ("AzureFunctionsJobHost:extensions:serviceBus:prefetchCount", "20"));
        Runs(host).Does = async (_, _, cancellationToken) => await Task.Delay(20, cancellationToken);

        await SendAsync("work", [.. Enumerable.Range(0, 30).Select(each => $"{each}")]);

        await GivenAsync(host, 30);
        await EmptyAsync("work");
        Assert.Equal(atOnce, Runs(host).MostAtOnce);
    }

    [Fact]
    public async Task A_batch_comes_as_one_call_and_is_settled_as_one()
    {
        await SendAsync("work", "a", "b", "c", "d", "e");
        await using var host = await StartAsync("BatchProbe", ("AzureFunctionsJobHost:extensions:serviceBus:maxMessageBatchSize", "4"));

        await EmptyAsync("work");

        Assert.Equal([4, 1], Runs(host).Given);
    }

    [Fact]
    public async Task A_failed_batch_comes_back_but_for_what_its_function_settled()
    {
        await using var host = await StartAsync("BatchProbe");
        var failed = 0;
        Runs(host).Does = async (messages, actions, cancellationToken) =>
        {
            if (Interlocked.Increment(ref failed) == 1)
            {
                await actions.CompleteMessageAsync(messages[0], cancellationToken);
                throw new InvalidOperationException("half of it");
            }
        };

        await SendAsync("work", "a", "b", "c");

        await EmptyAsync("work");
        Assert.Equal(5, Runs(host).Given.Cast<int>().Sum());
    }

    [Fact]
    public async Task A_subscription_is_listened_to_and_its_messages_come_as_text()
    {
        await using var host = await StartAsync("SubscriptionProbe");

        await SendAsync("news", "read all about it");

        await GivenAsync(host, 1);
        Assert.Equal("read all about it", Runs(host).Given.Single());
    }

    [Fact]
    public async Task A_stopping_host_cancels_what_it_has_in_hand_lets_it_end_and_takes_nothing_new()
    {
        var cancelled = 0;
        var open = new TaskCompletionSource();
        await using var host = await StartAsync("QueueProbe", ("AzureFunctionsJobHost:extensions:serviceBus:maxConcurrentCalls", "2"));
        var runs = Runs(host);
        runs.Does = async (_, _, cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(() => Interlocked.Increment(ref cancelled));
            await open.Task;
        };
        await SendAsync("work", "a", "b", "c");
        await GivenAsync(host, 2);

        var stop = host.StopAsync();
        await Eventually.TrueAsync(() => Volatile.Read(ref cancelled) == 2, "both were cancelled");
        Assert.False(stop.IsCompleted);
        open.SetResult();
        await stop;

        Assert.Equal(1, await CountAsync("work"));
        Assert.Equal(2, runs.Given.Count);
    }

    [Fact]
    public async Task A_message_in_hand_comes_back_when_the_worker_is_killed_and_goes_to_the_next_one()
    {
        await using var host = await ProbeHost.StartAsync(["QueueProbe", "Process", "Waits"], [("Bus", _bus!.ConnectionString), ("Queue", "work"), ("Probe:Hangs", "true")]);
        await SendAsync("work", "a");
        await Eventually.TrueAsync(async () => (await PeekAsync("work")).Count == 1 && await host.GetAsync("api/waits") == "1 began, 0 cancelled", "the function had the message");

        host.Worker.Kill();

        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return (await host.SendAsync("GET", "api/waits")).Body == "1 began, 0 cancelled";
                }
                catch (HttpRequestException)
                {
                    // The killed worker had begun to answer: its caller loses the connection.
                    return false;
                }
            },
            "the next worker had it");
        Assert.Equal(2, (await PeekAsync("work"))[0].DeliveryCount);
    }

    [Fact]
    public async Task A_bus_that_is_away_is_waited_for_and_logged_once()
    {
        await using var host = await StartAsync("QueueProbe");
        await _bus!.DisposeAsync();
        _bus = null;
        await Eventually.TrueAsync(() => OutageLines(host, LogLevel.Warning) == 1, "the outage was logged");

        await OpenBusAsync();
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

        await GivenAsync(host, 1);
        await EmptyAsync("work");
        Assert.Equal(1, OutageLines(host, LogLevel.Warning));
        Assert.Equal(1, OutageLines(host, LogLevel.Information));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not a connection string")]
    public async Task A_connection_that_is_not_set_or_not_valid_stops_the_start_and_is_named(string? connection)
    {
        var invalid = await Assert.ThrowsAsync<InvalidConfigurationException>(() => StartAsync("QueueProbe", ("Bus", connection)));

        Assert.StartsWith("Bus: ", Assert.Single(invalid.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_by_managed_identity_is_refused()
    {
        var invalid = await Assert.ThrowsAsync<InvalidConfigurationException>(
            () => StartAsync("QueueProbe", ("Bus", null), ("Bus:fullyQualifiedNamespace", "hub.servicebus.windows.net")));

        Assert.Contains("managed identity", Assert.Single(invalid.Faults), StringComparison.Ordinal);
    }

    private static BusRuns Runs(ProbeHost host) => host.Get<BusRuns>();

    private static ServiceBusReceivedMessage[] Given(ProbeHost host) => [.. Runs(host).Given.Cast<ServiceBusReceivedMessage>()];

    private static IEnumerable<string> Bodies(ProbeHost host) => Given(host).Select(each => each.Body.ToString());

    private static int OutageLines(ProbeHost host, LogLevel level) =>
        host.Log.Lines.Count(line => line.Level == level && line.Text.Contains("QueueProbe gets", StringComparison.Ordinal));

    private static Task GivenAsync(ProbeHost host, int count) => Eventually.TrueAsync(() => Runs(host).Given.Count >= count, $"{count} messages were given to the function");

    private async Task OpenBusAsync() => _bus = await LocalBus.StartAsync(
        new() { Port = _port, DataDirectory = Path.Combine(_data, "bus"), TopologyFile = Path.Combine(_data, "topology.json") }, Stop);

    private Task<ProbeHost> StartAsync(string function, params (string Key, string? Value)[] settings) =>
        ProbeHost.StartInProcessAsync([function], [("Bus", _bus!.ConnectionString), ("Queue", "work"), ("Subscription", "all"), .. settings]);

    private async Task SendAsync(string entity, params string[] bodies)
    {
        await using var sender = _client.CreateSender(entity);
        await sender.SendMessagesAsync([.. bodies.Select(body => new ServiceBusMessage(body))], Stop);
    }

    private Task EmptyAsync(string queue) => Eventually.TrueAsync(async () => await CountAsync(queue) == 0, $"{queue} was empty");

    private async Task<int> CountAsync(string queue) => (await PeekAsync(queue)).Count;

    private async Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(string queue)
    {
        await using var receiver = _client.CreateReceiver(queue);
        return await receiver.PeekMessagesAsync(100, 0, Stop);
    }

    private async Task<ServiceBusReceivedMessage> ReceiveDeadAsync()
    {
        await using var receiver = _client.CreateReceiver("work", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        var dead = await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(20), Stop);
        Assert.NotNull(dead);
        return dead;
    }
}
