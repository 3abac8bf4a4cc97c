using System.Diagnostics;
using Azure;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Timeout;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>The outcome of a webhook's delivery.</summary>
public enum ReceiveOutcome
{
    /// <summary>The bus has it.</summary>
    Queued,

    /// <summary>The bus is down; the spool has it.</summary>
    Spooled,

    /// <summary>Signature or age is wrong.</summary>
    Unverified,

    /// <summary>Genuine, but for another account than the connector's. It is counted and left alone.</summary>
    NotOurs,

    /// <summary>Not in the vendor's form.</summary>
    Malformed,

    /// <summary>The body arrived too slowly.</summary>
    TooSlow,

    /// <summary>No connector of that name receives webhooks.</summary>
    UnknownConnector,

    /// <summary>Larger than the vendor sends.</summary>
    TooLarge,

    /// <summary>Neither bus nor spool accepted it. The vendor must send it again.</summary>
    Unavailable,
}

/// <summary>The result of a delivery.</summary>
/// <param name="Reason">Why, in words for the caller.</param>
/// <param name="Events">How many events it held.</param>
/// <param name="Reply">The answer the vendor needs; null for the hub's own.</param>
public sealed record ReceiveResult(ReceiveOutcome Outcome, string Reason, int Events = 0, WebhookReply? Reply = null);

/// <summary>Receives webhooks: reads the raw bytes up to a limit, verifies them, and accepts only after the bus or the
/// spool has the whole delivery. It calls no vendor, and no table but the spool's.</summary>
public sealed partial class WebhookReceiver(
    ConnectorSet connectors, InboundQueue queue, SpoolStore spool, HubOptions hub, HubMetrics metrics,
    TimeProvider time, ILogger<WebhookReceiver> logger)
{
    private const int LargestBody = 1024 * 1024;

    /// <summary>The longest wait for the bus, and then for the spool. Together they stay below HubSpot's
    /// limit of five seconds.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly ResiliencePipeline _timeout = HubPipelines.Timeout(Timeout, time);

    public async Task<ReceiveResult> ReceiveAsync(
        string connector, string channel, HttpRequest request, CancellationToken cancellationToken)
    {
        using var activity = HubActivities.Continue(HubActivities.Receive, ActivityKind.Server, parent: null);
        var received = await DecideAsync(connector, channel, request, cancellationToken);
        var known = received.Outcome == ReceiveOutcome.UnknownConnector ? "unknown" : connector;
        metrics.Delivered(known, received.Outcome.ToString());
        activity?.SetTag("hub.connector", known).SetTag("hub.outcome", received.Outcome.ToString());
        return received;
    }

    private async Task<ReceiveResult> DecideAsync(
        string connector, string channel, HttpRequest request, CancellationToken cancellationToken)
    {
        if (connectors.Find<IWebhookSource>(connector) is not { } source)
        {
            return new(ReceiveOutcome.UnknownConnector, $"No connector '{connector}' takes webhooks here.");
        }

        byte[]? body;
        try
        {
            body = await ReadBodyAsync(request, Math.Max(LargestBody, source.MaxBodyBytes), cancellationToken);
        }
        catch (BadHttpRequestException slow) when (slow.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            return new(ReceiveOutcome.TooSlow, "The body came too slowly.");
        }
        catch (IOException)
        {
            return new(ReceiveOutcome.Malformed, "The body is shorter than the request says.");
        }

        if (body is null)
        {
            return new(ReceiveOutcome.TooLarge, $"A delivery may have {Math.Max(LargestBody, source.MaxBodyBytes)} bytes at most.");
        }

        var delivery = new Delivery
        {
            Connector = source.Name,
            Channel = channel,
            Method = request.Method,
            PublicUrl = new Uri($"{hub.PublicUrl.OriginalString.TrimEnd('/')}{request.Path}{request.QueryString}"),
            Headers = source.Headers.Where(name => request.Headers.ContainsKey(name))
                .ToDictionary(name => name, name => request.Headers[name].ToString(), StringComparer.OrdinalIgnoreCase),
            Body = body,
            ReceivedAt = time.GetUtcNow(),
        };
        var check = source.Check(delivery, delivery.ReceivedAt);
        if (check.Foreign > 0)
        {
            metrics.Dropped(source.Name, "other-account", check.Foreign);
        }

        return check.Verdict == DeliveryVerdict.Accepted
            ? await AcceptAsync(source, delivery, check, cancellationToken)
            : Leave(source, delivery, check);
    }

    private async Task<ReceiveResult> AcceptAsync(
        IWebhookSource source, Delivery delivery, DeliveryCheck check, CancellationToken cancellationToken)
    {
        var outcome = await StoreAsync(source.WithoutSecrets(delivery), cancellationToken);
        return new(
            outcome, outcome == ReceiveOutcome.Unavailable ? "Neither queue nor spool takes deliveries just now." : check.Reason,
            check.Events, source.Acknowledge(delivery));
    }

    private ReceiveResult Leave(IWebhookSource source, Delivery delivery, DeliveryCheck check)
    {
        if (check.Verdict == DeliveryVerdict.NotOurs)
        {
            return new(ReceiveOutcome.NotOurs, check.Reason, 0, source.Acknowledge(delivery));
        }

        Log.Refused(logger, source.Name, check.Verdict, check.Reason);
        return new(check.Verdict == DeliveryVerdict.Malformed ? ReceiveOutcome.Malformed : ReceiveOutcome.Unverified, check.Reason);
    }

    private async Task<ReceiveOutcome> StoreAsync(Delivery delivery, CancellationToken cancellationToken)
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
        catch (Exception failure) when (
            failure is ServiceBusException or UnauthorizedAccessException or TimeoutException or TimeoutRejectedException)
        {
            Log.BusAway(logger, delivery.Connector, failure.GetType().Name);
            return await TryStoreAsync(token => SpoolAsync(messages, token), delivery.Connector, cancellationToken);
        }
    }

    /// <summary>Spools the messages that the bus did not accept, under their ids. When a slow send arrives after all,
    /// the queue drops the spooled copy as a duplicate.</summary>
    private async Task SpoolAsync(IReadOnlyList<ServiceBusMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
        {
            await spool.AddAsync(message, cancellationToken);
        }
    }

    private async Task<ReceiveOutcome> TryStoreAsync(
        Func<CancellationToken, Task> store, string connector, CancellationToken cancellationToken)
    {
        try
        {
            await _timeout.ExecuteAsync(async token => await store(token), cancellationToken);
            return ReceiveOutcome.Spooled;
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException or TimeoutRejectedException)
        {
            Log.NothingTakesIt(logger, connector, failure.GetType().Name);
            return ReceiveOutcome.Unavailable;
        }
    }

    /// <summary>Reads the whole body; returns null when it exceeds the limit. It reads at most
    /// one byte more than that.</summary>
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

        [LoggerMessage(
            3, LogLevel.Error, "Neither bus nor spool took a delivery of {Connector} ({Failure}); the sender is asked to send it again.")]
        public static partial void NothingTakesIt(ILogger logger, string connector, string failure);
    }
}
