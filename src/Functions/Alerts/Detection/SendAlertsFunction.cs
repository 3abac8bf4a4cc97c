using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>Puts alerts about stalled leads into the teams' mailboxes.</summary>
internal sealed class SendAlertsFunction(AlertFlow alerts, MessageSettler settler, FunnelTopic funnel)
{
    private const string Subscription = "alerts";

    /// <summary>Runs for each event in the subscription <c>alerts</c>.</summary>
    [Function("SendAlerts")]
    public Task RunAsync(
        [ServiceBusTrigger(FunnelTopic.Name, Subscription, Connection = "ServiceBus")] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        settler.RunAsync(
            message, actions, new(funnel.Sender, Subscription),
            token => funnel.HandleAsync(message, happened => alerts.HandleAsync(happened, token)),
            cancellationToken);
}
