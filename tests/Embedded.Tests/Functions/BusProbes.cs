using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Embedded.Tests.Functions;

/// <summary>What functions were given, and what they shall do with it.</summary>
public sealed class BusRuns
{
    private int _running;
    private int _mostAtOnce;

    public ConcurrentQueue<object> Given { get; } = [];

    public int MostAtOnce => _mostAtOnce;

    public Func<ServiceBusReceivedMessage[], ServiceBusMessageActions, CancellationToken, Task> Does { get; set; } = (_, _, _) => Task.CompletedTask;

    public async Task RunAsync(object given, ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions, CancellationToken cancellationToken)
    {
        var running = Interlocked.Increment(ref _running);
        for (int most; (most = _mostAtOnce) < running && Interlocked.CompareExchange(ref _mostAtOnce, running, most) != most;)
        {
        }

        Given.Enqueue(given);
        try
        {
            await Does(messages, actions, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}

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
        Assert.Equal(message.MessageId, context.BindingContext.BindingData["MessageId"]);
        return runs.RunAsync(message, [message], actions, cancellationToken);
    }
}

/// <summary>Takes messages of a queue and completes them whatever host.json says.</summary>
public sealed class CompletingProbe(BusRuns runs)
{
    [Function("CompletingProbe")]
    public Task RunAsync(
        [ServiceBusTrigger("work", Connection = "Bus", AutoCompleteMessages = true)] ServiceBusReceivedMessage message, ServiceBusMessageActions actions) =>
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
        [ServiceBusTrigger("work", Connection = "Bus", IsBatched = true)] ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions) =>
        runs.RunAsync(messages.Length, messages, actions, CancellationToken.None);
}
