using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Messaging;
using Microsoft.Extensions.Logging;
using Polly;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>Puts verified deliveries on the bus, or into the spool while the bus does not take them.</summary>
internal sealed partial class DeliveryStore(
    InboundQueue queue, SpoolStore spool, TimeProvider time, ILogger<DeliveryStore> logger)
{
    /// <summary>The longest wait for the bus, and then for the spool. Together they stay below HubSpot's
    /// limit of five seconds.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly ResiliencePipeline _timeout = HubPipelines.Timeout(Timeout, time);

    /// <summary>Stores a delivery. Whatever keeps the bus from taking it, a failed sign-in too, it goes to the spool.
    /// Only the caller's own cancellation is thrown.</summary>
    public async Task<ReceiveOutcome> StoreAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        IReadOnlyList<ServiceBusMessage> messages = [];
        if (await TryStoreAsync(
            async token => messages = await queue.ToMessagesAsync(delivery, token), delivery.Connector, cancellationToken)
            is ReceiveOutcome.Unavailable)
        {
            return ReceiveOutcome.Unavailable;
        }

        try
        {
            await _timeout.ExecuteAsync(async token => await queue.SendAsync(messages, token), cancellationToken);
            return ReceiveOutcome.Queued;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.BusAway(logger, delivery.Connector, failure.GetType().Name);
            return await TryStoreAsync(token => SpoolAsync(messages, token), delivery.Connector, cancellationToken);
        }
    }

    /// <summary>Spools the messages that the bus did not accept, under their ids. When a slow send arrives after all,
    /// the queue drops the spooled copy as a duplicate.</summary>
    private Task SpoolAsync(IReadOnlyList<ServiceBusMessage> messages, CancellationToken cancellationToken) =>
        Task.WhenAll(messages.Select(message => spool.AddAsync(message, cancellationToken)));

    private async Task<ReceiveOutcome> TryStoreAsync(
        Func<CancellationToken, Task> store, string connector, CancellationToken cancellationToken)
    {
        try
        {
            await _timeout.ExecuteAsync(async token => await store(token), cancellationToken);
            return ReceiveOutcome.Spooled;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NothingTakesIt(logger, connector, failure.GetType().Name);
            return ReceiveOutcome.Unavailable;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The bus did not take a delivery of {Connector} ({Failure}); it goes to the spool.")]
        public static partial void BusAway(ILogger logger, string connector, string failure);

        [LoggerMessage(
            2, LogLevel.Error, "Neither bus nor spool took a delivery of {Connector} ({Failure}); the sender is asked to send it again.")]
        public static partial void NothingTakesIt(ILogger logger, string connector, string failure);
    }
}
