using Azure;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>How a webhook's delivery ended.</summary>
public enum ReceiveOutcome
{
    /// <summary>The bus has it.</summary>
    Queued,

    /// <summary>The bus is away; the spool has it.</summary>
    Spooled,

    /// <summary>Signature, age or account is wrong.</summary>
    Unverified,

    /// <summary>Not in the vendor's form.</summary>
    Malformed,

    /// <summary>No connector of that name takes webhooks.</summary>
    UnknownConnector,

    /// <summary>Larger than the vendor sends.</summary>
    TooLarge,

    /// <summary>Neither bus nor spool took it: the vendor is to send it again.</summary>
    Unavailable,
}

/// <summary>What came of a delivery.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why, in words for the caller.</param>
/// <param name="Events">How many events it held.</param>
/// <param name="Reply">The answer the vendor wants instead of the hub's own; null for the hub's own.</param>
public sealed record ReceiveResult(ReceiveOutcome Outcome, string Reason, int Events = 0, WebhookReply? Reply = null);

/// <summary>
/// Takes webhooks: reads the raw bytes up to a limit, verifies them, and answers yes only after the bus (or, when that is away, the spool) has the whole delivery. No vendor is
/// called and, but for the spool, no table.
/// </summary>
public sealed partial class WebhookReceiver(
    ConnectorSet connectors, InboundQueue queue, SpoolStore spool, ParkedStore parked, HubOptions hub, HubMetrics metrics, TimeProvider time, ILogger<WebhookReceiver> logger)
{
    private const int LargestBody = 1024 * 1024;

    /// <summary>The longest that a vendor waits for the bus, and then for the spool: both together stay below the five seconds that HubSpot allows.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Takes one delivery.</summary>
    public async Task<ReceiveResult> TakeAsync(string connector, string channel, HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var received = await DecideAsync(connector, channel, request, cancellationToken);
        metrics.Delivered(received.Outcome == ReceiveOutcome.UnknownConnector ? "unknown" : connector, received.Outcome.ToString());
        return received;
    }

    private async Task<ReceiveResult> DecideAsync(string connector, string channel, HttpRequest request, CancellationToken cancellationToken)
    {
        if (connectors.Find<IWebhookSource>(connector) is not { } source)
        {
            return new(ReceiveOutcome.UnknownConnector, $"No connector '{connector}' takes webhooks here.");
        }

        if (await ReadBodyAsync(request, Math.Max(LargestBody, source.MaxBodyBytes), cancellationToken) is not { } body)
        {
            return new(ReceiveOutcome.TooLarge, $"A delivery may have {Math.Max(LargestBody, source.MaxBodyBytes)} bytes at most.");
        }

        var delivery = new Delivery
        {
            Connector = source.Name,
            Channel = channel,
            Method = request.Method,
            PublicUrl = new Uri($"{hub.PublicUrl.OriginalString.TrimEnd('/')}{request.Path}{request.QueryString}"),
            Headers = source.Headers.Where(name => request.Headers.ContainsKey(name)).ToDictionary(name => name, name => request.Headers[name].ToString(), StringComparer.OrdinalIgnoreCase),
            Body = body,
            ReceivedAt = time.GetUtcNow(),
        };
        var check = source.Check(delivery, delivery.ReceivedAt);
        if (check.Verdict != DeliveryVerdict.Accepted)
        {
            Log.Refused(logger, source.Name, check.Verdict, check.Reason);
            return new(check.Verdict == DeliveryVerdict.Malformed ? ReceiveOutcome.Malformed : ReceiveOutcome.Unverified, check.Reason);
        }

        var outcome = await KeepAsync(source.WithoutSecrets(delivery), cancellationToken);
        return new(outcome, outcome == ReceiveOutcome.Unavailable ? "Neither queue nor spool takes deliveries just now." : check.Reason, check.Events, source.Acknowledge(delivery));
    }

    private async Task<ReceiveOutcome> KeepAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            await WithTimeoutAsync(token => queue.SendAsync([delivery], token), cancellationToken);
            return ReceiveOutcome.Queued;
        }
        catch (DeliveryTooLargeException)
        {
            return await TryStoreAsync(token => parked.ParkAsync(delivery, "too-large", "A single event does not fit into a message.", token), delivery.Connector, cancellationToken);
        }
        catch (Exception failure) when (failure is ServiceBusException or UnauthorizedAccessException or TimeoutException)
        {
            Log.BusAway(logger, delivery.Connector, failure.GetType().Name);
            return await TryStoreAsync(token => SpoolAsync(delivery, token), delivery.Connector, cancellationToken);
        }
    }

    /// <summary>In the messages that the bus is to have: one that it cannot take would stay in the spool and hold back those behind it.</summary>
    private async Task SpoolAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        foreach (var message in queue.ToMessages(delivery))
        {
            await spool.KeepAsync(message, cancellationToken);
        }
    }

    private async Task<ReceiveOutcome> TryStoreAsync(Func<CancellationToken, Task> store, string connector, CancellationToken cancellationToken)
    {
        try
        {
            await WithTimeoutAsync(store, cancellationToken);
            return ReceiveOutcome.Spooled;
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException or TimeoutException)
        {
            Log.NothingTakesIt(logger, connector, failure.GetType().Name);
            return ReceiveOutcome.Unavailable;
        }
    }

    private async Task WithTimeoutAsync(Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await run(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer within {Timeout}.");
        }
    }

    /// <summary>The whole body, or null when it is longer than allowed: never more than one byte above the limit is read.</summary>
    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return null;
        }

        if (request.ContentLength is { } length)
        {
            var exact = new byte[length];
            await request.Body.ReadExactlyAsync(exact, cancellationToken);
            return exact;
        }

        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await request.Body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > limit)
            {
                return null;
            }
        }

        return body.ToArray();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A delivery to {Connector} was refused as {Verdict}: {Reason}")]
        public static partial void Refused(ILogger logger, string connector, DeliveryVerdict verdict, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The bus did not take a delivery of {Connector} ({Failure}); it goes to the spool.")]
        public static partial void BusAway(ILogger logger, string connector, string failure);

        [LoggerMessage(3, LogLevel.Error, "Neither bus nor spool took a delivery of {Connector} ({Failure}); the sender is asked to send it again.")]
        public static partial void NothingTakesIt(ILogger logger, string connector, string failure);
    }
}
