using System.Text.Json;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The topic <c>funnel</c>: what happens on the funnel, as CloudEvents 1.0 in structured JSON. The message id is the event's, so that the bus drops a repeat.</summary>
public sealed class FunnelTopic(ServiceBusClient bus, HubMetrics metrics) : IAsyncDisposable
{
    /// <summary>The topic's name.</summary>
    public const string Name = "funnel";

    private readonly ServiceBusSender _sender = bus.CreateSender(Name);

    /// <summary>Gets the sender, for delayed copies.</summary>
    public ServiceBusSender Sender => _sender;

    /// <summary>Publishes events, in order; returns when the bus has them.</summary>
    public async Task PublishAsync(IReadOnlyList<FunnelEvent> events, CancellationToken cancellationToken)
    {
        await _sender.SendMessagesAsync(events.Select(ToMessage), cancellationToken);
        metrics.OnBus("send");
    }

    /// <summary>Reads an event back.</summary>
    /// <exception cref="JsonException">The message is no event of the hub.</exception>
    public static FunnelEvent Read(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return JsonSerializer.Deserialize<CloudEvent>(message.Body, HubJson.Options)?.Data ?? throw new JsonException("The message holds no event.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _sender.DisposeAsync();

    private static ServiceBusMessage ToMessage(FunnelEvent e)
    {
        var type = TypeOf(e);
        return new(BinaryData.FromObjectAsJson(new CloudEvent("1.0", e.Id, "/integration-hub", type, e.LeadId.Value, e.At, "application/json", e), HubJson.Options))
        {
            MessageId = e.Id,
            Subject = type,
            ContentType = "application/cloudevents+json",
            ApplicationProperties = { ["type"] = type, ["team"] = e.Team, ["leadId"] = e.LeadId.Value },
        };
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
        _ => throw new InvalidOperationException($"Unknown event {e.GetType().Name}."),
    };

    private sealed record CloudEvent(string Specversion, string Id, string Source, string Type, string Subject, DateTimeOffset Time, string Datacontenttype, FunnelEvent Data);
}
