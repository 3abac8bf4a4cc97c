using System.Globalization;
using Azure.Messaging.ServiceBus;
using Grpc.Core;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Where a message came from, for its delayed copy.</summary>
/// <param name="Sender">Sends to the queue or topic.</param>
/// <param name="Subscription">The subscription of the topic; null for a queue. The copy goes to it alone.</param>
public sealed record MessageSource(ServiceBusSender Sender, string? Subscription);

/// <summary>Runs the work on a message and settles it by <see cref="MessageRetryPolicy"/>. A failure is logged here, once.</summary>
public sealed partial class MessageSettler(MessageRetryPolicy policy, HubMetrics metrics, TimeProvider time, ILogger<MessageSettler> logger)
{
    /// <summary>The number of the attempt that a delayed copy is.</summary>
    internal const string AttemptProperty = "attempt";

    /// <summary>The one subscription of a topic that takes a message.</summary>
    internal const string ReplayToProperty = "replayTo";

    /// <summary>The id of the dead letter that a message was sent again for.</summary>
    internal const string ReplayOfProperty = "replayOf";

    private const char AttemptMark = '~';

    /// <summary>
    /// Runs <paramref name="work"/> and settles. A stop of the host is no failure: the message is given back and no attempt is spent. Where the lock was lost
    /// meanwhile, the message comes again; the work is idempotent, so that is logged and nothing else.
    /// </summary>
    /// <exception cref="RpcException">The Functions host could not be asked to settle. It abandons the message, if it still can.</exception>
    public async Task RunAsync(
        ServiceBusReceivedMessage message, ServiceBusMessageActions actions, MessageSource source, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(work);
        Exception? failure = null;
        try
        {
            await work(cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            await TryAsync(message, "abandon", () => actions.AbandonMessageAsync(message, null, CancellationToken.None));
            return;
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }

        // CancellationToken.None on purpose: the work is over, and a stopping host must still say how it ended.
        await SettleAsync(message, actions, source, policy.Decide(failure, AttemptOf(message)), failure);
    }

    private async Task SettleAsync(ServiceBusReceivedMessage message, ServiceBusMessageActions actions, MessageSource source, Settlement settlement, Exception? failure)
    {
        switch (settlement)
        {
            case Settlement.Complete:
                await TryAsync(message, "complete", () => actions.CompleteMessageAsync(message, CancellationToken.None));
                break;
            case Settlement.RetryAfter retry:
                Log.Retried(logger, message.MessageId, retry.Delay, retry.Attempt, failure!.GetType().Name, SafeMessage(failure));
                await source.Sender.SendMessageAsync(DelayedCopy(message, source, retry), CancellationToken.None);
                metrics.OnBus("send");
                await TryAsync(message, "complete", () => actions.CompleteMessageAsync(message, CancellationToken.None));
                break;
            case Settlement.DeadLetter dead:
                Log.DeadLettered(logger, message.MessageId, dead.Reason, dead.Description);
                await TryAsync(message, "deadLetter", () => actions.DeadLetterMessageAsync(message, null, dead.Reason, dead.Description, CancellationToken.None));
                break;
            default:
                throw new InvalidOperationException($"Unknown settlement {settlement}.");
        }
    }

    /// <summary>Settles. The host tells that the bus did not take it, as it does where the lock was lost, by one of two codes.</summary>
    private async Task TryAsync(ServiceBusReceivedMessage message, string settlement, Func<Task> settle)
    {
        try
        {
            await settle();
            metrics.OnBus(settlement);
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.FailedPrecondition or StatusCode.Unknown)
        {
            Log.NotSettled(logger, message.MessageId, settlement, refused.Status.Detail);
        }
    }

    /// <summary>The copy has an id of its own, else duplicate detection would drop it; the same for a repeat of the same attempt, so that it drops that.</summary>
    private ServiceBusMessage DelayedCopy(ServiceBusReceivedMessage message, MessageSource source, Settlement.RetryAfter retry)
    {
        var copy = new ServiceBusMessage(message)
        {
            MessageId = string.Create(CultureInfo.InvariantCulture, $"{message.MessageId.Split(AttemptMark)[0]}{AttemptMark}{retry.Attempt}"),
            ScheduledEnqueueTime = time.GetUtcNow() + retry.Delay,
        };
        copy.ApplicationProperties[AttemptProperty] = retry.Attempt;
        if (source.Subscription is { } subscription)
        {
            copy.MessageId = $"{copy.MessageId}{AttemptMark}{subscription}";
            copy.ApplicationProperties[ReplayToProperty] = subscription;
        }

        return copy;
    }

    /// <summary>Whether an earlier attempt at a message may have come half-way.</summary>
    public static bool IsRepeat(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.DeliveryCount > 1 || AttemptOf(message) > 1 || message.ApplicationProperties.ContainsKey(ReplayOfProperty);
    }

    private static int AttemptOf(ServiceBusReceivedMessage message) => message.ApplicationProperties.GetValueOrDefault(AttemptProperty) is int attempt ? attempt : 1;

    private static string SafeMessage(Exception failure) => failure is VendorUnavailableException or ConnectorNeedsAuthorizationException ? failure.Message : failure.TargetSite?.DeclaringType?.FullName ?? "";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Message {MessageId} comes back in {Delay} as attempt {Attempt}: {Failure} {Detail}")]
        public static partial void Retried(ILogger logger, string messageId, TimeSpan delay, int attempt, string failure, string detail);

        [LoggerMessage(3, LogLevel.Warning, "Message {MessageId} was worked on but could not be settled ({Settlement}), and comes again: {Detail}")]
        public static partial void NotSettled(ILogger logger, string messageId, string settlement, string detail);

        [LoggerMessage(2, LogLevel.Error, "Message {MessageId} was dead-lettered as {Reason}: {Description}")]
        public static partial void DeadLettered(ILogger logger, string messageId, string reason, string description);
    }
}
