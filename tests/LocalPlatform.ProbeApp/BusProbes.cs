using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.LocalPlatform.ProbeApp;

/// <summary>Takes messages of a queue as host.json says.</summary>
public sealed class QueueProbe(BusRuns runs)
{
    [Function("QueueProbe")]
    public Task RunAsync(
        [ServiceBusTrigger("%Queue%", Connection = "Bus")] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        FunctionContext context,
        CancellationToken cancellationToken)
    {
        var id = (string?)context.BindingContext.BindingData["MessageId"];
        return id == message.MessageId ? runs.RunAsync(message, [message], actions, cancellationToken) : throw new InvalidOperationException($"'{id}' is another message.");
    }
}

/// <summary>Takes messages of a queue and has them completed whatever host.json says.</summary>
public sealed class CompletingProbe(BusRuns runs)
{
    [Function("CompletingProbe")]
    public Task RunAsync([ServiceBusTrigger("work", Connection = "Bus", AutoCompleteMessages = true)] ServiceBusReceivedMessage message, ServiceBusMessageActions actions) =>
        runs.RunAsync(message, [message], actions, CancellationToken.None);
}

/// <summary>Takes messages of a subscription as text.</summary>
public sealed class SubscriptionProbe(BusRuns runs)
{
    [Function("SubscriptionProbe")]
    public Task RunAsync([ServiceBusTrigger("news", "%Subscription%", Connection = "Bus")] string text, ServiceBusMessageActions actions) =>
        runs.RunAsync(text, [], actions, CancellationToken.None);
}

/// <summary>Takes messages of a queue in batches.</summary>
public sealed class BatchProbe(BusRuns runs)
{
    [Function("BatchProbe")]
    public Task RunAsync(
        [ServiceBusTrigger("%Queue%", Connection = "Bus", IsBatched = true)] ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        runs.RunAsync(messages.Length, messages, actions, cancellationToken);
}
