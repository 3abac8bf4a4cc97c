using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Testing;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Platform;

/// <summary>What logs and traces say of the work on a message.</summary>
public sealed class MessageTelemetryTests(Azurite azurite)
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private static readonly ServiceBusReceivedMessage Message = ServiceBusModelFactory.ServiceBusReceivedMessage(
        messageId: "m1~2",
        properties: new Dictionary<string, object> { ["leadId"] = "lead-1", ["traceparent"] = $"00-{Trace}-b7ad6b7169203331-01" });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_line_about_a_message_carries_the_delivery_and_the_lead()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        var logger = new FakeLogger<MessageSettler>();

        await RunAsync(hub, logger, _ => throw new UnrecoverableMessageException("reason", "detail"));

        var scope = Assert.Single(logger.LatestRecord.Scopes);
        var values = Assert.IsAssignableFrom<IEnumerable<KeyValuePair<string, object?>>>(scope).ToDictionary(pair => pair.Key, pair => pair.Value);
        Assert.Equal(("m1", "lead-1"), (values["DeliveryId"], values["LeadId"]));
    }

    [Fact]
    public async Task The_work_on_a_message_continues_the_trace_that_the_message_carries_and_hands_it_on()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == HubActivities.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        ServiceBusMessage? next = null;

        await RunAsync(hub, new FakeLogger<MessageSettler>(), _ =>
        {
            next = HubActivities.Stamp(new ServiceBusMessage());
            return Task.CompletedTask;
        });

        Assert.Equal([Trace, Trace], new[] { "traceparent", "Diagnostic-Id" }.Select(name => ActivityContext.Parse((string)next!.ApplicationProperties[name], null).TraceId.ToHexString()));
    }

    private static async Task RunAsync(TestHub hub, FakeLogger<MessageSettler> logger, Func<CancellationToken, Task> work)
    {
        await using var sender = hub.Get<ServiceBusClient>().CreateSender(FunnelTopic.Name);
        await new MessageSettler(new(MessageRetryPolicy.DefaultDelays), hub.Get<OutwardBreaker>(), hub.Get<SuspectGate>(), hub.Get<HubMetrics>(), TimeProvider.System, logger)
            .RunAsync(Message, new Settled(), new(sender, "alerts"), work, Token);
    }

    /// <summary>Settles without a host.</summary>
    private sealed class Settled : ServiceBusMessageActions
    {
        public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public override Task DeadLetterMessageAsync(
            ServiceBusReceivedMessage message,
            Dictionary<string, object>? propertiesToModify = default,
            string? deadLetterReason = default,
            string? deadLetterErrorDescription = default,
            CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
