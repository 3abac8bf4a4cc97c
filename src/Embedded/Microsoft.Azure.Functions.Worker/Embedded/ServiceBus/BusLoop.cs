using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Takes messages from one queue or subscription and runs the function for them, as many at once as allowed.</summary>
internal sealed partial class BusLoop(Function function, ServiceBusReceiver receiver, BusSettings settings, FunctionRunner runner, ILogger logger) : ITriggerLoop
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>How long a function that was told to stop may take before its messages are given back without it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private TimeSpan _pause = FirstPause;
    private bool _isAway;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping, CancellationToken givenUp)
    {
        using var free = new SemaphoreSlim(settings.Concurrency);
        var expired = ExpireAsync(givenUp);
        while (await ReserveAsync(free, stopping) is var reserved and > 0)
        {
            var messages = await ReceiveAsync(reserved * settings.BatchSize, stopping);
            ServiceBusReceivedMessage[][] deliveries = settings.IsBatched && messages.Count > 0 ? [[.. messages]] : [.. messages.Select(each => new[] { each })];
            if (deliveries.Length < reserved)
            {
                free.Release(reserved - deliveries.Length);
            }

            foreach (var delivery in deliveries)
            {
                _ = Task.Run(() => DeliverAsync(delivery, free, expired, givenUp), CancellationToken.None);
            }
        }

        // Whoever holds a place has something in hand.
        for (var place = 0; place < settings.Concurrency; place++)
        {
            await free.WaitAsync(CancellationToken.None);
        }
    }

    /// <summary>Waits for a free place and takes all that are free; none once the host stops.</summary>
    private static async Task<int> ReserveAsync(SemaphoreSlim free, CancellationToken stopping)
    {
        try
        {
            await free.WaitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }

        var reserved = 1;
        while (free.Wait(0, CancellationToken.None))
        {
            reserved++;
        }

        return reserved;
    }

    private async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveAsync(int atMost, CancellationToken stopping)
    {
        try
        {
            var messages = await receiver.ReceiveMessagesAsync(atMost, cancellationToken: stopping);
            if (_isAway)
            {
                Log.Back(logger, function.Name, receiver.EntityPath);
            }

            (_isAway, _pause) = (false, FirstPause);
            return messages;
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            return [];
        }
        catch (Exception e)
        {
            // Whatever it is, messages may come again: nothing but the end of the host ends this loop.
            if (!_isAway)
            {
                Log.Away(logger, function.Name, receiver.EntityPath, e);
            }

            _isAway = true;
            await Task.Delay(_pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            return [];
        }
    }

    private async Task DeliverAsync(ServiceBusReceivedMessage[] messages, SemaphoreSlim free, Task expired, CancellationToken givenUp)
    {
        try
        {
            var actions = new ServiceBusMessageActions(receiver);
            var succeeded = await RunAsync(messages, actions, expired, givenUp);
            if (!succeeded || settings.AutoComplete)
            {
                await Task.WhenAll(messages.Where(each => !actions.IsSettled(each)).Select(each => SettleAsync(each, succeeded)));
            }
        }
        finally
        {
            free.Release();
        }
    }

    private async Task<bool> RunAsync(ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions, Task expired, CancellationToken givenUp)
    {
        using var renewal = settings.LockRenewal > TimeSpan.Zero ? new LockRenewal(receiver, messages[0], settings.LockRenewal, logger) : null;
        var run = runner.RunAndLogAsync(function, new BusDelivery(messages, actions), Facts(messages[0]), givenUp);
        return await Task.WhenAny(run, expired) == run && await run;
    }

    private async Task SettleAsync(ServiceBusReceivedMessage message, bool succeeded)
    {
        try
        {
            // Without a token: the work is over, and a stopping host must still say how it ended.
            await (succeeded
                ? receiver.CompleteMessageAsync(message, CancellationToken.None)
                : receiver.AbandonMessageAsync(message, cancellationToken: CancellationToken.None));
        }
        catch (Exception e)
        {
            Log.NotSettled(logger, message.MessageId, receiver.EntityPath, e);
        }
    }

    private static async Task ExpireAsync(CancellationToken givenUp)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, givenUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(Grace, CancellationToken.None);
    }

    private static Dictionary<string, object?> Facts(ServiceBusReceivedMessage message) => new()
    {
        ["MessageId"] = message.MessageId,
        ["SequenceNumber"] = message.SequenceNumber,
        ["DeliveryCount"] = message.DeliveryCount,
        ["EnqueuedTimeUtc"] = message.EnqueuedTime.UtcDateTime,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Function {Function} gets no messages: {Entity} does not answer. Trying again until it does.")]
        public static partial void Away(ILogger logger, string function, string entity, Exception failure);

        [LoggerMessage(2, LogLevel.Information, "Function {Function} gets messages again: {Entity} answers.")]
        public static partial void Back(ILogger logger, string function, string entity);

        [LoggerMessage(3, LogLevel.Warning, "Message {MessageId} of {Entity} could not be settled; it is delivered again when its lock ends.")]
        public static partial void NotSettled(ILogger logger, string messageId, string entity, Exception failure);
    }
}
