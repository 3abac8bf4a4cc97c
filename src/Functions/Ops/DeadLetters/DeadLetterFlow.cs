using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Lists dead letters and replays them to their own queue or subscription. It needs the rights to receive
/// and send only. A dead letter is completed after its copy is sent, so a crash repeats the same copy, which
/// duplicate detection drops.</summary>
public sealed partial class DeadLetterFlow(
    QueueReceivers receivers, InboundQueue inbound, FunnelTopic funnel, HubOptions hub, HubMetrics metrics, TimeProvider time,
    ILogger<DeadLetterFlow> logger)
{
    /// <summary>The most dead letters that a replay reads, oldest first. Those that do not match
    /// stay locked until its end.</summary>
    public const int ReadAtMost = 5_000;

    /// <summary>A replay ends before its locks expire. The next replay continues.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    private const int Page = 100;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Lists a page of dead letters by peeking.</summary>
    /// <param name="after">The number of the last dead letter before the page; 0 for the first page.</param>
    /// <param name="most">The longest list.</param>
    public async Task<DeadLetterList> ListAsync(QueueEntity entity, long after, int most, CancellationToken cancellationToken)
    {
        var receiver = receivers.Of(entity, SubQueue.DeadLetter);
        var (letters, capped) = await PeekAsync(receiver, after + 1, most, cancellationToken);
        return new(entity.Name, letters.Count, capped, letters);
    }

    /// <summary>Replays the dead letters that match. Messages that are dead-lettered during the run
    /// wait for the next replay.</summary>
    public async Task<ReplayReport> ReplayAsync(ReplayOrder order, CancellationToken cancellationToken)
    {
        var receiver = receivers.Of(order.Entity, SubQueue.DeadLetter);
        var (letters, capped) = await PeekAsync(receiver, 0, ReadAtMost, cancellationToken);
        var meant = letters.Where(letter => DeadLetterRules.Matches(letter, order)).ToList();
        var replayed = order.DryRun
            ? 0
            : await SendAgainAsync(receiver, order.Entity, meant.Select(letter => letter.Sequence).ToHashSet(), cancellationToken);
        if (!order.DryRun)
        {
            Log.Replayed(logger, replayed, meant.Count, order.Entity.Name);
        }

        return new(meant.Count, replayed, DeadLetterRules.Count(meant), order.DryRun, capped || (!order.DryRun && replayed < meant.Count));
    }

    private static async Task<(IReadOnlyList<DeadLetter> Letters, bool Capped)> PeekAsync(
        ServiceBusReceiver receiver, long next, int most, CancellationToken cancellationToken)
    {
        // Without a number the cached receiver would continue where its last peek ended.
        var letters = new List<DeadLetter>();
        while (letters.Count <= most && await receiver.PeekMessagesAsync(Page, next, cancellationToken) is { Count: > 0 } page)
        {
            letters.AddRange(page.Select(DeadLetterRules.Describe));
            next = page[^1].SequenceNumber + 1;
        }

        return ([.. letters.Take(most)], letters.Count > most);
    }

    private async Task<int> SendAgainAsync(
        ServiceBusReceiver receiver, QueueEntity entity, HashSet<long> meant, CancellationToken cancellationToken)
    {
        var inHand = new HashSet<ServiceBusReceivedMessage>();
        var (started, sent) = (time.GetTimestamp(), 0);
        try
        {
            while (sent < meant.Count && time.GetElapsedTime(started) < LongestRun
                && await receiver.ReceiveMessagesAsync(Page, Timeout, cancellationToken) is { Count: > 0 } batch)
            {
                inHand.UnionWith(batch);
                foreach (
                    var message in batch.Where(message => meant.Contains(message.SequenceNumber))
                        .TakeWhile(_ => time.GetElapsedTime(started) < LongestRun))
                {
                    await WaitForTurnAsync(started, sent, cancellationToken);
                    await SendAgainAsync(receiver, entity, message, cancellationToken);
                    inHand.Remove(message);
                    sent++;
                }
            }
        }
        finally
        {
            await GiveBackAsync(receiver, inHand);
        }

        return sent;
    }

    /// <summary>Spaces the messages evenly, so that a replay does not overrun the tools.</summary>
    private async Task WaitForTurnAsync(long started, int sent, CancellationToken cancellationToken)
    {
        var early = TimeSpan.FromSeconds((double)sent / hub.ReplayPerSecond) - time.GetElapsedTime(started);
        if (early > TimeSpan.Zero)
        {
            await Task.Delay(early, time, cancellationToken);
        }
    }

    private async Task SendAgainAsync(
        ServiceBusReceiver receiver, QueueEntity entity, ServiceBusReceivedMessage message, CancellationToken cancellationToken)
    {
        var sender = entity.Subscription is null ? inbound.Sender : funnel.Sender;
        var copy = DeadLetterRules.CopyOf(message, entity);
        await sender.SendMessageAsync(copy, cancellationToken);
        metrics.OnBus("send");

        // No token: the copy is sent, and a cancelled caller must not cause a second one.
        await receiver.CompleteMessageAsync(message, CancellationToken.None);
        metrics.OnBus("complete");
        Log.SentAgain(logger, message.MessageId, copy.MessageId, entity.Name);
    }

    /// <summary>Releases locked messages. It runs without a token because a cancelled run must not leave locks. Locks
    /// expire when the bus is down.</summary>
    private async Task GiveBackAsync(ServiceBusReceiver receiver, IEnumerable<ServiceBusReceivedMessage> messages)
    {
        try
        {
            foreach (var some in messages.Chunk(Page))
            {
                await Task.WhenAll(some.Select(message => receiver.AbandonMessageAsync(message, null, CancellationToken.None)));
                metrics.OnBus("abandon");
            }
        }
        catch (ServiceBusException failure)
        {
            Log.NotGivenBack(logger, receiver.EntityPath, failure.Reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Replayed {Replayed} of {Matched} dead letters of {Entity}.")]
        public static partial void Replayed(ILogger logger, int replayed, int matched, string entity);

        [LoggerMessage(2, LogLevel.Information, "Dead letter {MessageId} was sent again as {CopyId} to {Entity}.")]
        public static partial void SentAgain(ILogger logger, string messageId, string? copyId, string entity);

        [LoggerMessage(
            3, LogLevel.Warning,
            "Some dead letters of {Entity} could not be released ({Failure}); they return when their locks expire.")]
        public static partial void NotGivenBack(ILogger logger, string entity, ServiceBusFailureReason failure);
    }
}
