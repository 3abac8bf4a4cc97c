using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The topic <c>funnel</c>: the funnel's events as CloudEvents 1.0 in structured JSON. The message id is the
/// event's, so the bus drops duplicates.</summary>
internal sealed class FunnelTopic(ServiceBusClient bus, HubMetrics metrics) : IAsyncDisposable
{
    public const string Name = "funnel";

    private readonly ServiceBusSender _sender = bus.CreateSender(Name);

    /// <summary>Gets the sender for delayed copies.</summary>
    public ServiceBusSender Sender => _sender;

    /// <summary>Publishes events in order; returns when the bus has them.</summary>
    public async Task PublishAsync(IReadOnlyList<FunnelEvent> events, CancellationToken cancellationToken)
    {
        await _sender.SendMessagesAsync(events.Select(ToMessage).Select(HubActivities.Stamp), cancellationToken);
        metrics.OnBus("send");
    }

    public async Task ScheduleAsync(FunnelEvent later, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var message = ToMessage(later);
        message.ScheduledEnqueueTime = at;
        await _sender.SendMessageAsync(message, cancellationToken);
        metrics.OnBus("send");
    }

    /// <summary>Handles the event of a message. An event of a newer hub is counted, and no handler gets it: what it asks
    /// for stands in the lead's row.</summary>
    public async Task HandleAsync(ServiceBusReceivedMessage message, Func<FunnelEvent, Task> handle)
    {
        var happened = Read(message);
        if (happened is UnknownEvent)
        {
            metrics.Unknown();
        }
        else
        {
            await handle(happened);
        }
    }

    /// <summary>Reads an event from a message.</summary>
    /// <exception cref="JsonException">The message is not an event of the hub.</exception>
    public static FunnelEvent Read(ServiceBusReceivedMessage message)
    {
        try
        {
            return CloudEvent.Parse(message.Body)?.Data?.ToObjectFromJson<FunnelEvent>(HubJson.Options)
                ?? throw new JsonException("The message holds no event.");
        }
        catch (ArgumentException notOne)
        {
            throw new JsonException("The message is not a CloudEvent.", notOne);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _sender.DisposeAsync();

    private static ServiceBusMessage ToMessage(FunnelEvent e)
    {
        var type = TypeOf(e);
        var data = BinaryData.FromObjectAsJson(e, HubJson.Options);
        var wrapped = new CloudEvent("/integration-hub", type, data, "application/json")
        { Id = e.Id, Subject = e.LeadId.Value, Time = e.At };
        var message = new ServiceBusMessage(new BinaryData(wrapped))
        {
            MessageId = e.Id,
            Subject = type,
            ContentType = "application/cloudevents+json",
            ApplicationProperties = { ["type"] = type, ["team"] = e.Team, ["leadId"] = e.LeadId.Value },
        };
        if (e is StageChanged { NoNews: true })
        {
            // The filter of to-marketing keeps it out.
            message.ApplicationProperties["noNews"] = true;
        }

        return message;
    }

    private static string TypeOf(FunnelEvent e) => e switch
    {
        StageChanged => "lead.stageChanged",
        HandoffAnnounced => "lead.handoffAnnounced",
        LeadReturned => "lead.handoffReturned",
        ConsentAnnounced => "lead.consentChanged",
        ProfileAnnounced => "lead.profileChanged",
        LeadStalled => "lead.stalled",
        StallResolved => "lead.stallResolved",
        TallyChanged => "lead.tallyChanged",
        UnknownEvent unknown => unknown.Type,
        _ => throw new InvalidOperationException($"Unknown event {e.GetType().Name}."),
    };
}
