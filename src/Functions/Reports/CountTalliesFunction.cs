using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Reports;

/// <summary>Counts leads whose figures changed.</summary>
internal sealed class CountTalliesFunction(TallyFlow tallies, MessageSettler settler, FunnelTopic funnel)
{
    private const string Subscription = "reports";

    /// <summary>Runs for each event in the subscription <c>reports</c>.</summary>
    [Function("CountTallies")]
    public Task RunAsync(
        [ServiceBusTrigger(FunnelTopic.Name, Subscription, Connection = "ServiceBus")] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        settler.RunAsync(
            message, actions, new(funnel.Sender, Subscription),
            token => funnel.HandleAsync(message, happened => tallies.CountAsync(happened, token)),
            cancellationToken);
}
