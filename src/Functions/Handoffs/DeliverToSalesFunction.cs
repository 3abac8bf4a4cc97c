using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Delivers handoffs to the CRM, and writes the person's data to every CRM.</summary>
internal sealed class DeliverToSalesFunction(HandoffFlow handoffs, MessageSettler settler, FunnelTopic funnel)
{
    private const string Subscription = "to-sales";

    /// <summary>Runs for each event in the subscription <c>to-sales</c>.</summary>
    [Function("DeliverToSales")]
    public Task RunAsync(
        [ServiceBusTrigger(FunnelTopic.Name, Subscription, Connection = "ServiceBus")] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        settler.RunAsync(
            message, actions, new(funnel.Sender, Subscription),
            token => funnel.HandleAsync(message, happened => handoffs.DeliverAsync(happened, token)),
            cancellationToken);
}
