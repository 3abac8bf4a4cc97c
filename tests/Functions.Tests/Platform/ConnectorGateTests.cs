using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Time.Testing;
using Polly.CircuitBreaker;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Platform;

/// <summary>A connector that is dead or slow, beside one that is well.</summary>
public sealed class ConnectorGateTests(Azurite azurite)
{
    private const string Dead = "dead", Well = "well";

    private readonly FakeTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_hundred_deliveries_to_a_dead_connector_ask_it_ten_times_and_get_turns_one_after_another()
    {
        await using var hub = await NewHubAsync();
        var (gate, asked) = (hub.Get<ConnectorGate>(), 0);

        var waits = new List<TimeSpan>();
        for (var i = 0; i < 500; i++)
        {
            if (await Record.ExceptionAsync(() => RunAsync(gate, Dead, () => throw Silence(++asked))) is ConnectorPausedException paused)
            {
                waits.Add(paused.Wait);
            }
        }

        Assert.Equal((10, 490), (asked, waits.Count));
        Assert.Equal(waits.Order(), waits);
        Assert.Equal(490, waits.Distinct().Count());
        Assert.True(waits[0] >= ConnectorGate.FirstPause);
        Assert.Equal(waits[0] + (489 * TimeSpan.FromMilliseconds(50)), waits[^1]);
        Assert.Equal(7, await RunAsync(gate, Well, () => Task.FromResult(7)));
    }

    [Fact]
    public async Task An_hour_without_an_answer_costs_each_message_a_bounded_number_of_waits_and_no_attempt()
    {
        await using var hub = await NewHubAsync();
        var gate = hub.Get<ConnectorGate>();
        var policy = new MessageRetryPolicy(MessageRetryPolicy.DefaultDelays);
        var isDead = true;
        var due = new PriorityQueue<(int Attempt, int Holds), DateTimeOffset>(Enumerable.Repeat(((1, 0), Monday), 500));
        var (asked, done, holds, attempts) = (0, 0, 0, 1);
        var perSecond = new Dictionary<long, int>();
        while (due.TryDequeue(out var message, out var at))
        {
            _clock.Advance(at > _clock.GetUtcNow() ? at - _clock.GetUtcNow() : TimeSpan.Zero);
            isDead = _clock.GetUtcNow() < Monday.AddHours(1);
            var failure = await Record.ExceptionAsync(() => RunAsync(gate, Dead, () =>
            {
                asked++;
                return isDead ? throw Silence(asked) : Task.FromResult(0);
            }));
            switch (policy.Decide(failure, message.Attempt, message.Holds, 0.5))
            {
                case Settlement.Complete:
                    done++;
                    var second = (long)(_clock.GetUtcNow() - Monday).TotalSeconds;
                    perSecond[second] = perSecond.GetValueOrDefault(second) + 1;
                    break;
                case Settlement.Hold hold:
                    holds++;
                    due.Enqueue((message.Attempt, hold.Holds), _clock.GetUtcNow() + hold.Delay);
                    break;
                case Settlement.RetryAfter retry:
                    attempts = Math.Max(attempts, retry.Attempt);
                    due.Enqueue((retry.Attempt, message.Holds), _clock.GetUtcNow() + retry.Delay);
                    break;
                default:
                    Assert.Fail("A message was given up.");
                    break;
            }
        }

        Assert.Equal(500, done);
        Assert.InRange(asked, 500, 560);
        Assert.InRange(holds, 500, 500 * 25);
        Assert.InRange(attempts, 2, 8);
        Assert.InRange(perSecond.Values.Max(), 1, 40);
        Assert.True(_clock.GetUtcNow() < Monday.AddHours(1) + (3 * ConnectorGate.LongestPause));
    }

    [Fact]
    public async Task A_connector_that_answers_again_is_tried_once_and_then_open()
    {
        await using var hub = await NewHubAsync();
        var gate = hub.Get<ConnectorGate>();
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<VendorUnavailableException>(() => RunAsync(gate, Dead, () => throw Silence(i)));
        }

        _clock.Advance(ConnectorGate.FirstPause);
        var trial = new TaskCompletionSource<int>();
        var first = RunAsync(gate, Dead, () => trial.Task);
        await Assert.ThrowsAsync<ConnectorPausedException>(() => RunAsync(gate, Dead, () => Task.FromResult(1)));
        trial.SetResult(2);

        Assert.Equal(2, await first);
        Assert.Equal(3, await RunAsync(gate, Dead, () => Task.FromResult(3)));
    }

    [Fact]
    public async Task A_slow_connector_has_some_places_and_the_others_go_on()
    {
        await using var hub = await NewHubAsync();
        var gate = hub.Get<ConnectorGate>();
        var (slow, inHand) = (new TaskCompletionSource<int>(), 0);
        var all = Enumerable.Range(0, 100).Select(_ => RunAsync(gate, Dead, () =>
        {
            Interlocked.Increment(ref inHand);
            return slow.Task;
        })).ToList();

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(i, await RunAsync(gate, Well, () => Task.FromResult(i)));
        }

        Assert.Equal(ConnectorGate.AtOnce, inHand);
        Assert.Equal(100 - ConnectorGate.AtOnce - ConnectorGate.InLine, all.Count(call => call.IsFaulted));
        Assert.All(all.Where(call => call.IsFaulted), call => Assert.IsType<ConnectorPausedException>(call.Exception!.InnerException));
        slow.SetResult(0);
        await Task.WhenAll(all.Where(call => !call.IsFaulted));
        Assert.Equal(ConnectorGate.AtOnce + ConnectorGate.InLine, inHand);
    }

    [Fact]
    public async Task What_waits_for_a_slow_connector_comes_back_as_fast_as_its_deliveries_end()
    {
        await using var hub = await NewHubAsync();
        var gate = hub.Get<ConnectorGate>();
        var inHand = new Queue<(TaskCompletionSource<int> Answer, Task<int> Call)>();
        for (var i = 0; i < ConnectorGate.AtOnce + ConnectorGate.InLine; i++)
        {
            inHand.Enqueue(Hang());
        }

        for (var i = 0; i < 80; i++)
        {
            await Assert.ThrowsAsync<ConnectorPausedException>(() => RunAsync(gate, Dead, () => Task.FromResult(0)));
            _clock.Advance(TimeSpan.FromSeconds(1));
            var (answer, call) = inHand.Dequeue();
            answer.SetResult(0);
            await call;
            inHand.Enqueue(Hang());
        }

        var first = await Assert.ThrowsAsync<ConnectorPausedException>(() => RunAsync(gate, Dead, () => Task.FromResult(0)));
        var second = await Assert.ThrowsAsync<ConnectorPausedException>(() => RunAsync(gate, Dead, () => Task.FromResult(0)));

        Assert.InRange((second.Wait - first.Wait).TotalSeconds, 0.9, 1.1);
        foreach (var (answer, _) in inHand)
        {
            answer.SetResult(0);
        }

        (TaskCompletionSource<int> Answer, Task<int> Call) Hang()
        {
            var answer = new TaskCompletionSource<int>();
            return (answer, RunAsync(gate, Dead, () => answer.Task));
        }
    }

    [Fact]
    public async Task What_was_not_asked_at_all_uses_no_attempt_and_a_refusal_opens_nothing()
    {
        await using var hub = await NewHubAsync();
        var gate = hub.Get<ConnectorGate>();

        await Assert.ThrowsAsync<ConnectorPausedException>(() => RunAsync(
            gate, Dead, () => throw new VendorUnavailableException(Dead, "a call", null, TimeSpan.FromSeconds(15), new BrokenCircuitException())));
        for (var i = 0; i < 30; i++)
        {
            await Assert.ThrowsAsync<VendorRefusedException>(() => RunAsync(gate, Well, () => throw FakeCrm.Refusal(Well)));
        }

        Assert.Equal(1, await RunAsync(gate, Well, () => Task.FromResult(1)));
    }

    /// <summary>Thirty-two messages are in hand at a time. The tool that hangs has a hundred in front of the
    /// other's.</summary>
    [Fact]
    public async Task A_tool_that_hangs_does_not_delay_what_goes_to_another()
    {
        var forever = new TaskCompletionSource();
        var (dead, well) = (new FakePeople(Dead) { BeforePlanned = () => forever.Task }, new FakePeople(Well));
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [dead, well]);
        using var counters = hub.Count();
        foreach (var number in Enumerable.Range(0, 100))
        {
            await TellAsync(hub, Dead, number);
        }

        foreach (var number in Enumerable.Range(0, 10))
        {
            await TellAsync(hub, Well, number);
        }

        await hub.StartAsync();

        await Eventually.TrueAsync(() => well.Written.Count == 10, "everything is in the tool that is well");
        Assert.Empty(dead.Written);
        var waiting = await hub.MessagesAsync(FunnelTopic.Name, "to-marketing");
        Assert.All(waiting, message => Assert.Equal(1, message.ApplicationProperties.GetValueOrDefault("attempt", 1)));
        Assert.InRange(counters["hub.deliveries.paused"], 1, 300);
        forever.SetResult();
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [new FakePeople(Dead), new FakePeople(Well)]);

    private static Task<int> RunAsync(ConnectorGate gate, string connector, Func<Task<int>> delivery) => gate.DeliverAsync(connector, delivery, Token);

    private static VendorUnavailableException Silence(int number) => new(Dead, $"call {number}", null, null);

    private static Task TellAsync(TestHub hub, string tool, int number)
    {
        var lead = Id($"{tool}{number}");
        return hub.LeadAsync(lead, Known(tool, $"{number}"), Claim(FunnelStage.Interest, Monday));
    }
}
