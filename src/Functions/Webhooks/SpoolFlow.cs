using System.Collections.Concurrent;
using System.Runtime.Serialization;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>Drains the spool, all partitions at once. A crash between sending and removing repeats some deliveries, and
/// duplicate facts are harmless. A message that the bus refuses for good is parked and stops no other.</summary>
internal sealed partial class SpoolFlow(
    SpoolStore spool, InboundQueue queue, ParkedFlow parked, ILogger<SpoolFlow> logger)
{
    private const int MessagesAtOnce = 100;

    /// <summary>Sends spooled messages, oldest first, until none is left or the bus does not take them.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var drain = new Drain();
        await Task.WhenAll(SpoolStore.Partitions.Select(partition => DrainAsync(partition, drain, cancellationToken)));
        if (drain.Away.FirstOrDefault() is { } away)
        {
            Log.StillAway(logger, away is ServiceBusException { Reason: var reason } ? $"{reason}" : away.GetType().Name);
        }

        if (drain.Sent > 0)
        {
            Log.Drained(logger, drain.Sent);
        }
    }

    private async Task DrainAsync(string partition, Drain drain, CancellationToken cancellationToken)
    {
        while (drain.Away.IsEmpty && await spool.ReadAsync(partition, "", MessagesAtOnce, cancellationToken) is { Count: > 0 } waiting)
        {
            var failures = await Task.WhenAll(waiting.Select(spooled => TrySendAsync(spooled, cancellationToken)));
            var outcomes = waiting.Zip(failures).ToLookup(pair => pair.Second is null || IsForGood(pair.Second));
            foreach (var (refused, why) in outcomes[true].Where(pair => pair.Second is not null))
            {
                await ParkAsync(refused, why!, cancellationToken);
            }

            foreach (var (_, why) in outcomes[false])
            {
                drain.Away.Add(why!);
            }

            if (outcomes[true].Select(pair => pair.First).ToList() is { Count: > 0 } over)
            {
                await spool.RemoveAsync(over, cancellationToken);
                Interlocked.Add(ref drain.Sent, over.Count);
            }
        }
    }

    /// <summary>Sends a message. All partitions share the batches.</summary>
    /// <returns>Why it was not taken; null when it was.</returns>
    private async Task<Exception?> TrySendAsync(Spooled spooled, CancellationToken cancellationToken)
    {
        try
        {
            await queue.SendAsync([spooled.Message], cancellationToken);
            return null;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return failure;
        }
    }

    /// <summary>Whether the message is to blame. Everything else, a full queue or a throttled bus too, passes by
    /// itself.</summary>
    private static bool IsForGood(Exception failure) =>
        failure is ServiceBusException { Reason: ServiceBusFailureReason.MessageSizeExceeded }
            or ArgumentException or SerializationException;

    private async Task ParkAsync(Spooled refused, Exception why, CancellationToken cancellationToken)
    {
        var reason = why is ServiceBusException { Reason: var known } ? $"{known}" : why.GetType().Name;
        Log.Refused(logger, refused.RowKey, reason);
        await parked.ParkAsync(
            await spool.OpenAsync(refused, cancellationToken),
            [new("bus-refused", $"The bus refuses the message for good ({reason}).")], cancellationToken);
    }

    /// <summary>The state of a run, which the partitions share.</summary>
    private sealed class Drain
    {
        /// <summary>How many messages left the spool.</summary>
        public int Sent;

        /// <summary>Gets why the bus takes nothing; empty while it does.</summary>
        public ConcurrentBag<Exception> Away { get; } = [];
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} spooled deliveries are on the bus now.")]
        public static partial void Drained(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Warning, "The bus still takes no deliveries ({Reason}); the spool waits.")]
        public static partial void StillAway(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Error, "The bus refuses the spooled message {MessageId} for good ({Reason}); it is parked.")]
        public static partial void Refused(ILogger logger, string messageId, string reason);
    }
}
