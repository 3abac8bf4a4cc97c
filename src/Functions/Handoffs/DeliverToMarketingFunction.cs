using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Writes a lead's news to marketing's tools.</summary>
internal sealed class DeliverToMarketingFunction(MarketingFlow marketing, MessageSettler settler, FunnelTopic funnel)
{
    private const string Subscription = "to-marketing";

    /// <summary>Runs for each event in the subscription <c>to-marketing</c>.</summary>
    [Function("DeliverToMarketing")]
    public Task RunAsync(
        [ServiceBusTrigger(FunnelTopic.Name, Subscription, Connection = "ServiceBus")] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        settler.RunAsync(
            message, actions, new(funnel.Sender, Subscription),
            token => funnel.HandleAsync(message, happened => marketing.DeliverAsync(happened, token)),
            cancellationToken);
}
