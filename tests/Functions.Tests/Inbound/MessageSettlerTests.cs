using Azure.Messaging.ServiceBus;
using Grpc.Core;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Inbound;

/// <summary>What becomes of a message whose lock was lost, or whose host is gone, by the time that it is settled.</summary>
public sealed class MessageSettlerTests(Azurite azurite)
{
    private static readonly ServiceBusReceivedMessage Message = ServiceBusModelFactory.ServiceBusReceivedMessage(messageId: "m1", deliveryCount: 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StatusCode.FailedPrecondition)]
    [InlineData(StatusCode.Unknown)]
    public async Task A_lock_that_was_lost_over_the_work_is_logged_once_and_nothing_else(StatusCode code)
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        using var counters = hub.Count();
        var log = new FakeLogger<MessageSettler>();
        var worked = 0;

        await Settler(hub, log).RunAsync(Message, new LostLock(code), Source(hub), _ => Task.FromResult(++worked), Token);

        Assert.Equal((1, 0), (worked, counters["hub.bus.operations"]));
        var line = Assert.Single(log.Collector.GetSnapshot());
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains("m1", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_given_up_or_given_back_after_its_lock_was_lost_is_no_failure_of_the_function()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        using var stopping = new CancellationTokenSource();
        var settler = Settler(hub, new FakeLogger<MessageSettler>());
        var lost = new LostLock(StatusCode.Unknown);

        await settler.RunAsync(Message, lost, Source(hub), _ => throw new UnrecoverableMessageException("reason", "detail"), Token);
        await settler.RunAsync(
            Message,
            lost,
            Source(hub),
            async token =>
            {
                await stopping.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
            stopping.Token);

        Assert.Equal(["deadLetter", "abandon"], lost.Tried);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.DeadlineExceeded)]
    [InlineData(StatusCode.Internal)]
    public async Task A_host_that_cannot_be_asked_fails_the_function_so_that_the_host_abandons(StatusCode code)
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);

        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            Settler(hub, new FakeLogger<MessageSettler>()).RunAsync(Message, new LostLock(code), Source(hub), _ => Task.CompletedTask, Token));

        Assert.Equal(code, failure.StatusCode);
    }

    [Fact]
    public async Task A_delivery_whose_lock_runs_out_over_the_work_comes_again_and_is_on_its_journey_once()
    {
        var bus = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var tool = new FakeReader("slow");
        var delivery = tool.Delivers(Monday, new StageChangedEvent(new EventHeader("slow|1", ToolSide.Marketing, Monday))
        {
            People = [IdentityKey.Person("slow", "1")], Stage = FunnelStage.Interest, ToStageRaw = "lead",
        });
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), bus, [tool]);
        tool.WhileRead = reads =>
        {
            if (reads == 1)
            {
                bus.Advance(TimeSpan.FromMinutes(10));
            }
        };
        await hub.StartAsync();

        await hub.Get<InboundQueue>().SendAsync([delivery], Token);
        await Eventually.TrueAsync(async () => tool.Reads >= 2 && (await hub.MessagesAsync(InboundQueue.Name, null)).Count == 0, "it came again and was done with");

        var lead = (await hub.Get<IdentityStore>().FindAsync(IdentityKey.Person("slow", "1"), Token))!;
        Assert.Single((await hub.StateAsync(lead)).Facts.Values.OfType<StageClaimed>());
        Assert.Empty(await hub.MessagesAsync(InboundQueue.Name, null, SubQueue.DeadLetter));
    }

    [Fact]
    public async Task A_message_whose_effect_is_held_comes_back_as_a_copy_and_used_no_attempt()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        var host = new LostLock(StatusCode.Unknown);
        var settler = Settler(hub, new FakeLogger<MessageSettler>());

        await settler.RunAsync(Message, host, Source(hub), _ => throw new OutwardHeldException(new("salesforce", OutwardKind.Tasks)), Token);
        var copy = Assert.Single(await hub.MessagesAsync(InboundQueue.Name, null));
        await settler.RunAsync(copy, host, Source(hub), _ => throw new OutwardHeldException(new("salesforce", OutwardKind.Tasks)), Token);

        Assert.Equal(["complete", "complete"], host.Tried);
        var copies = await hub.MessagesAsync(InboundQueue.Name, null);
        Assert.Equal(
            [("m1~1~h1", 1, 1, "tasks/salesforce"), ("m1~1~h2", 1, 2, "tasks/salesforce")],
            copies.OrderBy(one => one.MessageId, StringComparer.Ordinal)
                .Select(one => (one.MessageId, (int)one.ApplicationProperties["attempt"], (int)one.ApplicationProperties["holds"], (string)one.ApplicationProperties["heldBy"])));
    }

    [Fact]
    public async Task A_message_whose_connector_is_paused_comes_back_used_no_attempt_and_is_held_by_no_channel_any_more()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        var settler = Settler(hub, new FakeLogger<MessageSettler>());

        await settler.RunAsync(Message, new LostLock(StatusCode.Unknown), Source(hub), _ => throw new OutwardHeldException(new("salesforce", OutwardKind.Tasks)), Token);
        var held = Assert.Single(await hub.MessagesAsync(InboundQueue.Name, null));
        await settler.RunAsync(held, new LostLock(StatusCode.Unknown), Source(hub), _ => throw new ConnectorPausedException("salesforce", TimeSpan.FromMilliseconds(1)), Token);

        var paused = Assert.Single(await hub.MessagesAsync(InboundQueue.Name, null), message => message.MessageId == "m1~1~h2");
        Assert.Equal((1, 2), ((int)paused.ApplicationProperties["attempt"], (int)paused.ApplicationProperties["holds"]));
        Assert.DoesNotContain("heldBy", paused.ApplicationProperties.Keys);
    }

    [Theory]
    [InlineData(SuspectGate.MostStarts - 1, true)]
    [InlineData(SuspectGate.MostStarts, false)]
    public async Task A_message_that_stopped_the_worker_is_dead_lettered_after_three_starts(int stops, bool works)
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        var (actions, worked) = (new Settled(), false);
        for (var stop = 0; stop < stops; stop++)
        {
            var (begun, never) = (new TaskCompletionSource(), new TaskCompletionSource());
            _ = Settler(hub, new FakeLogger<MessageSettler>()).RunAsync(
                Delivered(SuspectGate.SuspectFrom),
                new Settled(),
                Source(hub),
                _ =>
                {
                    begun.SetResult();
                    return never.Task;
                },
                Token);
            await begun.Task;
        }

        await Settler(hub, new FakeLogger<MessageSettler>()).RunAsync(Delivered(99), actions, Source(hub), _ => Task.FromResult(worked = true), Token);

        Assert.Equal((works, works ? "complete" : "stopped-the-worker"), (worked, actions.As));
    }

    [Fact]
    public async Task A_message_that_came_back_often_and_ends_each_time_is_never_given_up()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        using var stopping = new CancellationTokenSource();
        var (settler, worked) = (Settler(hub, new FakeLogger<MessageSettler>()), 0);

        for (var delivery = 1; delivery < 20; delivery++)
        {
            var actions = new Settled();
            await settler.RunAsync(Delivered(delivery), actions, Source(hub), _ => Task.FromResult(++worked), Token);
            Assert.Equal("complete", actions.As);
        }

        Assert.Equal(19, worked);
    }

    [Theory]
    [InlineData(SuspectGate.SuspectFrom - 1, false)]
    [InlineData(SuspectGate.SuspectFrom, true)]
    public async Task Suspects_run_one_at_a_time_and_others_do_not_wait_for_them(int delivery, bool waits)
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        var settler = Settler(hub, new FakeLogger<MessageSettler>());
        var (begun, end, second) = (new TaskCompletionSource(), new TaskCompletionSource(), false);
        var suspect = settler.RunAsync(Delivered(SuspectGate.SuspectFrom), new Settled(), Source(hub), _ => Begin(), Token);
        await begun.Task;

        var other = settler.RunAsync(Delivered(delivery), new Settled(), Source(hub), _ => Task.FromResult(second = true), Token);
        await settler.RunAsync(Delivered(1), new Settled(), Source(hub), _ => Task.CompletedTask, Token);
        if (!waits)
        {
            await other;
        }

        Assert.Equal(!waits, second);
        end.SetResult();
        await Task.WhenAll(suspect, other);
        Assert.True(second);

        Task Begin()
        {
            begun.SetResult();
            return end.Task;
        }
    }

    [Theory]
    [InlineData(SuspectGate.SuspectFrom - 1, true)]
    [InlineData(SuspectGate.SuspectFrom, false)]
    public async Task A_suspect_that_lost_its_lock_while_it_waited_is_not_worked_on_and_returns(int delivery, bool works)
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        var (log, host, worked) = (new FakeLogger<MessageSettler>(), new LostLock(StatusCode.FailedPrecondition), false);

        await Settler(hub, log).RunAsync(Delivered(delivery), host, Source(hub), _ => Task.FromResult(worked = true), Token);

        Assert.Equal((works, works ? "complete" : "renew"), (worked, Assert.Single(host.Tried)));
        Assert.Contains("m1", Assert.Single(log.Collector.GetSnapshot()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspect_whose_host_is_gone_fails_the_function_before_it_is_worked_on()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        var worked = false;

        await Assert.ThrowsAsync<RpcException>(() => Settler(hub, new FakeLogger<MessageSettler>()).RunAsync(
            Delivered(SuspectGate.SuspectFrom), new LostLock(StatusCode.Unavailable), Source(hub), _ => Task.FromResult(worked = true), Token));

        Assert.False(worked);
        Assert.Empty(await hub.MessagesAsync(InboundQueue.Name, null));
    }

    private static ServiceBusReceivedMessage Delivered(int count) => ServiceBusModelFactory.ServiceBusReceivedMessage(messageId: "m1", deliveryCount: count);

    private static MessageSource Source(TestHub hub) => new(hub.Get<InboundQueue>().Sender, null);

    private static MessageSettler Settler(TestHub hub, FakeLogger<MessageSettler> log) =>
        new(hub.Get<MessageRetryPolicy>(), hub.Get<OutwardBreaker>(), new(hub.Get<SuspectStore>()), hub.Get<HubMetrics>(), TimeProvider.System, log);

    /// <summary>Settles without a host.</summary>
    private sealed class Settled : ServiceBusMessageActions
    {
        /// <summary>Gets how the message was settled: completed, or dead-lettered for a reason.</summary>
        public string? As { get; private set; }

        public override Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
        {
            As = "complete";
            return Task.CompletedTask;
        }

        public override Task DeadLetterMessageAsync(
            ServiceBusReceivedMessage message, Dictionary<string, object>? propertiesToModify = null, string? deadLetterReason = null,
            string? deadLetterErrorDescription = null, CancellationToken cancellationToken = default)
        {
            As = deadLetterReason;
            return Task.CompletedTask;
        }
    }

    /// <summary>A host that cannot settle anything.</summary>
    private sealed class LostLock(StatusCode code) : ServiceBusMessageActions
    {
        public List<string> Tried { get; } = [];

        public override Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) => Fail("renew");

        public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) => Fail("complete");

        public override Task AbandonMessageAsync(
            ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = null, CancellationToken cancellationToken = default) => Fail("abandon");

        public override Task DeadLetterMessageAsync(
            ServiceBusReceivedMessage message, Dictionary<string, object>? propertiesToModify = null, string? deadLetterReason = null,
            string? deadLetterErrorDescription = null, CancellationToken cancellationToken = default) => Fail("deadLetter");

        private Task Fail(string what)
        {
            Tried.Add(what);
            throw new RpcException(new(code, "MessageLockLost"));
        }
    }
}
