using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Reads, sends again and removes dead letters. It needs the rights to receive and send only.</summary>
internal sealed partial class DeadLetterQueue(
    QueueReceivers receivers, InboundQueue inbound, FunnelTopic funnel, HubMetrics metrics, ILogger<DeadLetterQueue> logger)
{
    /// <summary>The most dead letters of one request.</summary>
    public const int Page = 100;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Peeks at a page of dead letters, oldest first.</summary>
    /// <param name="next">The number of the first. Without one the cached receiver would continue where its last peek
    /// ended.</param>
    public Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(
        QueueEntity entity, long next, int most, CancellationToken cancellationToken) =>
        Of(entity).PeekMessagesAsync(most, next, cancellationToken);

    /// <summary>Returns the number of the last dead letter; 0 for none. It asks for single messages at growing numbers
    /// and then between two of them, so a million dead letters cost about forty requests.</summary>
    public async Task<long> LastAsync(QueueEntity entity, CancellationToken cancellationToken)
    {
        if (await FirstFromAsync(entity, 0, cancellationToken) is not { } there)
        {
            return 0;
        }

        long step = 1, none;
        for (; await FirstFromAsync(entity, none = there + step, cancellationToken) is { } later; step *= 2)
        {
            there = later;
        }

        while (none - there > 1)
        {
            var middle = there + ((none - there) / 2);
            if (await FirstFromAsync(entity, middle, cancellationToken) is { } later)
            {
                there = later;
            }
            else
            {
                none = middle;
            }
        }

        return there;
    }

    /// <summary>Receives and locks a page of dead letters that are not set aside; empty when there are none.</summary>
    public Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveAsync(QueueEntity entity, CancellationToken cancellationToken) =>
        Of(entity).ReceiveMessagesAsync(Page, Timeout, cancellationToken);

    /// <summary>Receives and locks dead letters that were set aside, in order. One that somebody else locked is
    /// left out.</summary>
    public async Task<IReadOnlyList<ServiceBusReceivedMessage>> FetchAsync(
        QueueEntity entity, IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        if (numbers.Count == 0)
        {
            return [];
        }

        try
        {
            var messages = await Of(entity).ReceiveDeferredMessagesAsync(numbers, cancellationToken);
            return [.. messages.OrderBy(message => message.SequenceNumber)];
        }
        catch (ServiceBusException missing) when (missing.Reason == ServiceBusFailureReason.MessageNotFound)
        {
            return numbers.Count == 1
                ? []
                : [.. (await Task.WhenAll(numbers.Select(one => FetchAsync(entity, [one], cancellationToken)))).SelectMany(found => found)];
        }
    }

    /// <summary>Sends a copy of a locked dead letter, and then completes it. A crash between the two repeats the same
    /// copy, which duplicate detection drops.</summary>
    public async Task SendAgainAsync(QueueEntity entity, ServiceBusReceivedMessage message, CancellationToken cancellationToken)
    {
        var sender = entity.Subscription is null ? inbound.Sender : funnel.Sender;
        var copy = DeadLetterRules.CopyOf(message, entity);
        await sender.SendMessageAsync(copy, cancellationToken);
        metrics.OnBus("send");
        await RemoveAsync(entity, message);
        Log.SentAgain(logger, message.MessageId, copy.MessageId, entity.Name);
    }

    /// <summary>Completes a locked dead letter. It runs without a token: its copy is sent, or somebody wants it
    /// gone.</summary>
    public async Task RemoveAsync(QueueEntity entity, ServiceBusReceivedMessage message)
    {
        await Of(entity).CompleteMessageAsync(message, CancellationToken.None);
        metrics.OnBus("complete");
    }

    /// <summary>Sets locked dead letters aside. They stay dead letters, and are received by their numbers
    /// only.</summary>
    public async Task SetAsideAsync(
        QueueEntity entity, IEnumerable<ServiceBusReceivedMessage> messages, CancellationToken cancellationToken)
    {
        await Task.WhenAll(messages.Select(message => Of(entity).DeferMessageAsync(message, null, cancellationToken)));
        metrics.OnBus("defer");
    }

    /// <summary>Releases locked messages. It runs without a token because a cancelled run must not leave locks. Locks
    /// expire when the bus is down.</summary>
    public async Task GiveBackAsync(QueueEntity entity, IEnumerable<ServiceBusReceivedMessage> messages)
    {
        try
        {
            foreach (var some in messages.Chunk(Page))
            {
                await Task.WhenAll(some.Select(message => Of(entity).AbandonMessageAsync(message, null, CancellationToken.None)));
                metrics.OnBus("abandon");
            }
        }
        catch (ServiceBusException failure)
        {
            Log.NotGivenBack(logger, entity.Name, failure.Reason);
        }
    }

    private async Task<long?> FirstFromAsync(QueueEntity entity, long number, CancellationToken cancellationToken) =>
        await Of(entity).PeekMessagesAsync(1, number, cancellationToken) is [var first, ..] ? first.SequenceNumber : null;

    private ServiceBusReceiver Of(QueueEntity entity) => receivers.Of(entity, SubQueue.DeadLetter);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Dead letter {MessageId} was sent again as {CopyId} to {Entity}.")]
        public static partial void SentAgain(ILogger logger, string messageId, string? copyId, string entity);

        [LoggerMessage(
            2, LogLevel.Warning,
            "Some dead letters of {Entity} could not be released ({Failure}); they return when their locks expire.")]
        public static partial void NotGivenBack(ILogger logger, string entity, ServiceBusFailureReason failure);
    }
}
