using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>
/// Shows what was given up, and sends it again to the one queue or subscription it came from. The right to receive and to send is enough. A dead letter is done with only after its
/// copy is sent; after a crash between the two the repeat sends the same copy, which the bus or the work on it knows.
/// </summary>
public sealed partial class DeadLetterFlow(
    QueueReceivers receivers, InboundQueue inbound, FunnelTopic funnel, HubOptions hub, HubMetrics metrics, TimeProvider time, ILogger<DeadLetterFlow> logger)
{
    /// <summary>So many dead letters are listed.</summary>
    public const int ListedAtMost = 1_000;

    /// <summary>So many dead letters, the oldest, are looked at for a replay: those that are not meant are held until its end.</summary>
    public const int LookedAtAtMost = 5_000;

    /// <summary>A replay ends by then, well before the locks it holds run out; the rest waits for the next one.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    private const int Page = 100;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Lists what was given up, by peeking.</summary>
    public async Task<DeadLetterList> ListAsync(QueueEntity entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        var receiver = receivers.Of(entity, SubQueue.DeadLetter);
        var (letters, capped) = await PeekAsync(receiver, ListedAtMost, cancellationToken);
        return new(entity.Name, letters.Count, capped, letters);
    }

    /// <summary>Replays what is there now and what the order means. What is given up meanwhile, such as a replayed message that failed again, waits for the next replay.</summary>
    public async Task<ReplayReport> ReplayAsync(ReplayOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var receiver = receivers.Of(order.Entity, SubQueue.DeadLetter);
        var (letters, capped) = await PeekAsync(receiver, LookedAtAtMost, cancellationToken);
        var meant = letters.Where(letter => DeadLetterRules.Matches(letter, order)).ToList();
        var replayed = order.DryRun ? 0 : await SendAgainAsync(receiver, order.Entity, meant.Select(letter => letter.Sequence).ToHashSet(), cancellationToken);
        if (!order.DryRun)
        {
            Log.Replayed(logger, replayed, meant.Count, order.Entity.Name);
        }

        return new(meant.Count, replayed, DeadLetterRules.Count(meant), order.DryRun, capped || (!order.DryRun && replayed < meant.Count));
    }

    private static async Task<(IReadOnlyList<DeadLetter> Letters, bool Capped)> PeekAsync(ServiceBusReceiver receiver, int most, CancellationToken cancellationToken)
    {
        var letters = new List<DeadLetter>();

        // Without a number a receiver that is kept would go on where it last ended.
        long next = 0;
        while (letters.Count <= most && await receiver.PeekMessagesAsync(Page, next, cancellationToken) is { Count: > 0 } page)
        {
            letters.AddRange(page.Select(DeadLetterRules.Describe));
            next = page[^1].SequenceNumber + 1;
        }

        return ([.. letters.Take(most)], letters.Count > most);
    }

    private async Task<int> SendAgainAsync(ServiceBusReceiver receiver, QueueEntity entity, HashSet<long> meant, CancellationToken cancellationToken)
    {
        var inHand = new HashSet<ServiceBusReceivedMessage>();
        var (started, sent) = (time.GetTimestamp(), 0);
        try
        {
            while (sent < meant.Count && time.GetElapsedTime(started) < LongestRun
                && await receiver.ReceiveMessagesAsync(Page, Timeout, cancellationToken) is { Count: > 0 } batch)
            {
                inHand.UnionWith(batch);
                foreach (var message in batch.Where(message => meant.Contains(message.SequenceNumber)).TakeWhile(_ => time.GetElapsedTime(started) < LongestRun))
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

    /// <summary>Every message has its turn, counted from the start, so that the tools are not overrun by all of them at once.</summary>
    private async Task WaitForTurnAsync(long started, int sent, CancellationToken cancellationToken)
    {
        var early = TimeSpan.FromSeconds((double)sent / hub.ReplayPerSecond) - time.GetElapsedTime(started);
        if (early > TimeSpan.Zero)
        {
            await Task.Delay(early, time, cancellationToken);
        }
    }

    private async Task SendAgainAsync(ServiceBusReceiver receiver, QueueEntity entity, ServiceBusReceivedMessage message, CancellationToken cancellationToken)
    {
        var sender = entity.Subscription is null ? inbound.Sender : funnel.Sender;
        var copy = DeadLetterRules.CopyOf(message, entity);
        await sender.SendMessageAsync(copy, cancellationToken);
        metrics.OnBus("send");

        // Without the token: the copy is sent, and a caller that went away must not bring about a second one.
        await receiver.CompleteMessageAsync(message, CancellationToken.None);
        metrics.OnBus("complete");
        Log.SentAgain(logger, message.MessageId, copy.MessageId, entity.Name);
    }

    /// <summary>Without a token: whatever ended the run, the others must not stay locked. If the bus is away, the locks run out by themselves.</summary>
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

        [LoggerMessage(3, LogLevel.Warning, "Some dead letters of {Entity} could not be given back ({Failure}); they are there again when their locks run out.")]
        public static partial void NotGivenBack(ILogger logger, string entity, ServiceBusFailureReason failure);
    }
}
