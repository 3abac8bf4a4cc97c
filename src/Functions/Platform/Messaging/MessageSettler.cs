using System.Diagnostics;
using System.Globalization;
using Azure.Messaging.ServiceBus;
using Grpc.Core;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The origin of a message, for its delayed copy.</summary>
/// <param name="Subscription">The one subscription that accepts the copy; null for a queue.</param>
internal sealed record MessageSource(ServiceBusSender Sender, string? Subscription);

/// <summary>Runs the work on a message and settles it by <see cref="MessageRetryPolicy"/>. Failures
/// are logged here, once.</summary>
internal sealed partial class MessageSettler(
    MessageRetryPolicy policy, OutwardBreaker outward, SuspectGate gate, HubMetrics metrics, TimeProvider time,
    ILogger<MessageSettler> logger)
{
    /// <summary>The attempt number of a delayed copy.</summary>
    internal const string AttemptProperty = "attempt";

    /// <summary>How often a message was held.</summary>
    internal const string HoldsProperty = "holds";

    /// <summary>The channel that a message waits for.</summary>
    internal const string HeldByProperty = "heldBy";

    /// <summary>The one subscription of a topic that accepts a message.</summary>
    internal const string ReplayToProperty = "replayTo";

    /// <summary>The id of the replayed dead letter.</summary>
    internal const string ReplayOfProperty = "replayOf";

    private const char AttemptMark = '~';

    /// <summary>Runs <paramref name="work"/> and settles the message. A stopping host abandons it without using an
    /// attempt. A lost lock is only logged: the message returns and the work is idempotent.</summary>
    /// <exception cref="RpcException">The Functions host could not settle the message or renew its lock. The host
    /// abandons it when it can.</exception>
    public async Task RunAsync(
        ServiceBusReceivedMessage message, ServiceBusMessageActions actions, MessageSource source, Func<CancellationToken, Task> work,
        CancellationToken cancellationToken)
    {
        var name = source.Subscription is null ? HubActivities.Process : HubActivities.Deliver;
        using var activity = HubActivities.Continue(name, ActivityKind.Consumer, HubActivities.ContextOf(message));
        activity?.SetTag("messaging.message.id", message.MessageId).SetTag("messaging.destination.subscription.name", source.Subscription);
        var leadId = message.ApplicationProperties.GetValueOrDefault("leadId") as string;
        using var scope = Log.Of(logger, WithoutAttempt(message.MessageId), leadId);
        Exception? failure = null;
        try
        {
            if (!await gate.RunAsync(message, source.Subscription, () => RenewAsync(message, actions), work, cancellationToken))
            {
                return;
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            await TryAsync(message, "abandon", () => actions.AbandonMessageAsync(message, null, CancellationToken.None));
            return;
        }
        catch (Exception thrown) when (thrown is not RpcException)
        {
            failure = thrown;
            activity.Failed(thrown);
        }

        // CancellationToken.None on purpose: the work is done, and a stopping host must still settle it.
        var settlement = policy.Decide(failure, AttemptOf(message), HoldsOf(message), Random.Shared.NextDouble());
        await SettleAsync(message, actions, source, settlement, failure);
    }

    private async Task SettleAsync(
        ServiceBusReceivedMessage message, ServiceBusMessageActions actions, MessageSource source, Settlement settlement,
        Exception? failure)
    {
        outward.NoteMoved(
            HeldBy(message),
            settlement switch { Settlement.Hold hold => hold.Channel, Settlement.RetryAfter => HeldBy(message), _ => null });
        switch (settlement)
        {
            case Settlement.Complete:
                await TryAsync(message, "complete", () => actions.CompleteMessageAsync(message, CancellationToken.None));
                break;
            case Settlement.RetryAfter retry:
                Log.Retried(logger, message.MessageId, retry.Delay, retry.Attempt, failure!.GetType().Name, SafeMessage(failure));
                await ReplaceAsync(
                    message, actions, source, DelayedCopy(message, source, retry.Delay, retry.Attempt, HoldsOf(message)));
                break;
            case Settlement.Hold hold:
                Log.Held(logger, message.MessageId, hold.Channel?.ToString() ?? failure!.Message, hold.Delay);
                await ReplaceAsync(message, actions, source, HeldCopy(message, source, hold));
                break;
            case Settlement.DeadLetter dead:
                Log.DeadLettered(logger, message.MessageId, dead.Reason, dead.Description);
                await TryAsync(
                    message,
                    "deadLetter",
                    () => actions.DeadLetterMessageAsync(message, null, dead.Reason, dead.Description, CancellationToken.None));
                break;
            default:
                throw new InvalidOperationException($"Unknown settlement {settlement}.");
        }
    }

    private ServiceBusMessage HeldCopy(ServiceBusReceivedMessage message, MessageSource source, Settlement.Hold hold)
    {
        var copy = DelayedCopy(message, source, hold.Delay, AttemptOf(message), hold.Holds);
        copy.ApplicationProperties.Remove(HeldByProperty);
        if (hold.Channel is { } channel)
        {
            copy.ApplicationProperties[HeldByProperty] = $"{channel}";
        }

        return copy;
    }

    /// <summary>Sends a delayed copy, then completes the message.</summary>
    private async Task ReplaceAsync(
        ServiceBusReceivedMessage message, ServiceBusMessageActions actions, MessageSource source, ServiceBusMessage copy)
    {
        await source.Sender.SendMessageAsync(copy, CancellationToken.None);
        metrics.OnBus("send");
        await TryAsync(message, "complete", () => actions.CompleteMessageAsync(message, CancellationToken.None));
    }

    private async Task TryAsync(ServiceBusReceivedMessage message, string settlement, Func<Task> settle)
    {
        try
        {
            await settle();
            metrics.OnBus(settlement);
        }
        catch (RpcException refused) when (IsRefusal(refused))
        {
            Log.NotSettled(logger, message.MessageId, settlement, refused.Status.Detail);
        }
    }

    /// <summary>Renews the lock of a message that waited. Returns false if it is lost: the message returns.</summary>
    private async Task<bool> RenewAsync(ServiceBusReceivedMessage message, ServiceBusMessageActions actions)
    {
        try
        {
            await actions.RenewMessageLockAsync(message, CancellationToken.None);
            return true;
        }
        catch (RpcException refused) when (IsRefusal(refused))
        {
            Log.NotStarted(logger, message.MessageId, refused.Status.Detail);
            return false;
        }
    }

    /// <summary>Whether the bus refused, for example because the lock is lost. The host says so with one of two status codes.</summary>
    private static bool IsRefusal(RpcException refused) => refused.StatusCode is StatusCode.FailedPrecondition or StatusCode.Unknown;

    /// <summary>Makes the delayed copy. Its id differs from the original for duplicate detection, and is the
    /// same for the same attempt and hold.</summary>
    private ServiceBusMessage DelayedCopy(
        ServiceBusReceivedMessage message, MessageSource source, TimeSpan delay, int attempt, int holds)
    {
        var tried = string.Create(CultureInfo.InvariantCulture, $"{attempt}");
        var held = holds == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{AttemptMark}h{holds}");
        var copy = new ServiceBusMessage(message)
        {
            MessageId = $"{WithoutAttempt(message.MessageId)}{AttemptMark}{tried}{held}",
            ScheduledEnqueueTime = time.GetUtcNow() + delay,
        };
        copy.ApplicationProperties[AttemptProperty] = attempt;
        if (holds > 0)
        {
            copy.ApplicationProperties[HoldsProperty] = holds;
        }

        if (source.Subscription is { } subscription)
        {
            copy.MessageId = $"{copy.MessageId}{AttemptMark}{subscription}";
            copy.ApplicationProperties[ReplayToProperty] = subscription;
        }

        return copy;
    }

    /// <summary>Whether an earlier attempt may have done part of the work.</summary>
    public static bool IsRepeat(ServiceBusReceivedMessage message) =>
        message.DeliveryCount > 1 || AttemptOf(message) > 1 || HoldsOf(message) > 0
        || message.ApplicationProperties.ContainsKey(ReplayOfProperty);

    /// <summary>Returns the id that a message shares with its delayed copies.</summary>
    public static string WithoutAttempt(string messageId) => messageId.Split(AttemptMark)[0];

    private static int AttemptOf(ServiceBusReceivedMessage message) =>
        message.ApplicationProperties.GetValueOrDefault(AttemptProperty) is int attempt ? attempt : 1;

    private static int HoldsOf(ServiceBusReceivedMessage message) =>
        message.ApplicationProperties.GetValueOrDefault(HoldsProperty) is int holds ? holds : 0;

    private static OutwardChannel? HeldBy(ServiceBusReceivedMessage message) =>
        OutwardChannel.Parse(message.ApplicationProperties.GetValueOrDefault(HeldByProperty) as string);

    private static string SafeMessage(Exception failure) =>
        failure is VendorException { MayPass: true } ? failure.Message : failure.TargetSite?.DeclaringType?.FullName ?? "";

    private static partial class Log
    {
        public static readonly Func<ILogger, string, string?, IDisposable?> Of =
            LoggerMessage.DefineScope<string, string?>("Delivery {DeliveryId} of lead {LeadId}");

        [LoggerMessage(1, LogLevel.Warning, "Message {MessageId} returns in {Delay} as attempt {Attempt}: {Failure} {Detail}")]
        public static partial void Retried(ILogger logger, string messageId, TimeSpan delay, int attempt, string failure, string detail);

        [LoggerMessage(
            3, LogLevel.Warning, "Message {MessageId} was processed but not settled ({Settlement}), and returns: {Detail}")]
        public static partial void NotSettled(ILogger logger, string messageId, string settlement, string detail);

        [LoggerMessage(4, LogLevel.Debug, "Message {MessageId} waits for {Channel} and returns in {Delay}.")]
        public static partial void Held(ILogger logger, string messageId, string channel, TimeSpan delay);

        [LoggerMessage(5, LogLevel.Warning, "Message {MessageId} lost its lock while it waited for its turn, and returns: {Detail}")]
        public static partial void NotStarted(ILogger logger, string messageId, string detail);

        [LoggerMessage(2, LogLevel.Error, "Message {MessageId} was dead-lettered as {Reason}: {Description}")]
        public static partial void DeadLettered(ILogger logger, string messageId, string reason, string description);
    }
}
