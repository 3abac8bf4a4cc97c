using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Inbound;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Writes what became of a lead, and what is known of the person, back to the marketing tools.</summary>
public sealed class DeliverToMarketingFunction(WriteBackFlow writeBack, MessageSettler settler, FunnelTopic funnel)
{
    private const string Subscription = "to-marketing";

    /// <summary>Runs for each event in the subscription <c>to-marketing</c>.</summary>
    [Function("DeliverToMarketing")]
    public Task RunAsync(
        [ServiceBusTrigger(FunnelTopic.Name, Subscription, Connection = "ServiceBus")] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        settler.RunAsync(message, actions, new(funnel.Sender, Subscription), token => writeBack.WriteBackAsync(FunnelTopic.Read(message), ToolSide.Marketing, token), cancellationToken);
}
