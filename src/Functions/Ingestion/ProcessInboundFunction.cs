using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>Applies queued deliveries to journeys.</summary>
internal sealed class ProcessInboundFunction(ProcessFlow process, MessageSettler settler, InboundQueue queue, BodyStore bodies)
{
    /// <summary>Runs for every message on <c>inbound</c>.</summary>
    [Function("ProcessInbound")]
    public Task RunAsync(
        [ServiceBusTrigger(InboundQueue.Name, Connection = "ServiceBus", AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        settler.RunAsync(
            message,
            actions,
            new(queue.Sender, null),
            async token => await process.HandleAsync(
                InboundMessage.Read(message, await bodies.ReadAsync(message, token)), message.MessageId, MessageSettler.IsRepeat(message),
                token),
            cancellationToken);
}
