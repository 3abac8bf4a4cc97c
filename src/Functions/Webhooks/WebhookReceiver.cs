using System.Diagnostics;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.AspNetCore.Http;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>The outcome of a webhook's delivery.</summary>
public enum ReceiveOutcome
{
    /// <summary>The bus has it.</summary>
    Queued,

    /// <summary>The bus is down; the spool has it.</summary>
    Spooled,

    /// <summary>The same delivery was stored lately; it is not stored again.</summary>
    Repeated,

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

    /// <summary>Neither bus nor spool accepted it, or too many others are being read. The vendor must send it
    /// again.</summary>
    Unavailable,
}

/// <summary>The result of a delivery.</summary>
/// <param name="Reason">Why, in words for the caller.</param>
/// <param name="Events">How many events it held.</param>
/// <param name="Reply">The answer the vendor needs; null for the hub's own.</param>
internal sealed record ReceiveResult(ReceiveOutcome Outcome, string Reason, int Events = 0, WebhookReply? Reply = null);

/// <summary>Receives webhooks: looks at the head, reads the raw bytes up to a limit, verifies them, and accepts only
/// after the bus or the spool has the whole delivery. It calls no vendor, and no table but the spool's.</summary>
internal sealed class WebhookReceiver(
    ConnectorSet connectors, DeliveryStore store, IntakeBudget budget, SeenDeliveries seen, RefusalLog refusals, HubOptions hub,
    HubMetrics metrics, TimeProvider time)
{
    private const int LargestBody = 1024 * 1024;

    /// <summary>The longest time that a body may take to arrive.</summary>
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(10);

    public async Task<ReceiveResult> ReceiveAsync(
        string connector, string channel, HttpRequest request, CancellationToken cancellationToken)
    {
        using var activity = HubActivities.Continue(HubActivities.Receive, ActivityKind.Server, parent: null);
        var received = await DecideAsync(connector, channel, request, cancellationToken);
        var known = received.Outcome == ReceiveOutcome.UnknownConnector ? "unknown" : connector;
        metrics.Delivered(known, received.Outcome.ToString());
        activity?.SetTag("hub.connector", known).SetTag("hub.outcome", received.Outcome.ToString());
        if (received.Outcome is not (
            ReceiveOutcome.Queued or ReceiveOutcome.Spooled or ReceiveOutcome.Repeated or ReceiveOutcome.NotOurs
            or ReceiveOutcome.UnknownConnector))
        {
            refusals.Add(connector, received.Outcome, received.Reason);
        }

        return received;
    }

    private async Task<ReceiveResult> DecideAsync(
        string connector, string channel, HttpRequest request, CancellationToken cancellationToken)
    {
        if (connectors.Find<IWebhookSource>(connector) is not { } source)
        {
            return new(ReceiveOutcome.UnknownConnector, $"No connector '{connector}' takes webhooks here.");
        }

        var head = HeadOf(source, channel, request);
        if (source.Precheck(head, head.ReceivedAt) is { } refusal)
        {
            return Refused(refusal);
        }

        using var body = new IncomingBody(budget);
        return await ReadAsync(body, Math.Max(LargestBody, source.MaxBodyBytes), request, cancellationToken)
            ?? await VerifyAsync(source, head with { Body = body.Bytes }, cancellationToken);
    }

    /// <summary>Reads the body.</summary>
    /// <returns>Null when all of it is there, else the answer to give.</returns>
    private async Task<ReceiveResult?> ReadAsync(IncomingBody body, int limit, HttpRequest request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ReadTimeout, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await body.ReadAsync(request, limit, ending.Token) switch
            {
                ReadOutcome.Whole => null,
                ReadOutcome.TooLarge => new(ReceiveOutcome.TooLarge, $"A delivery may have {limit} bytes at most."),
                _ => new(ReceiveOutcome.Unavailable, "Too many deliveries arrive at once."),
            };
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new(ReceiveOutcome.TooSlow, "The body came too slowly.");
        }
        catch (BadHttpRequestException slow) when (slow.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            return new(ReceiveOutcome.TooSlow, "The body came too slowly.");
        }
        catch (Exception gone) when (gone is IOException || request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return new(ReceiveOutcome.Malformed, "The body is shorter than the request says.");
        }
    }

    private async Task<ReceiveResult> VerifyAsync(IWebhookSource source, Delivery delivery, CancellationToken cancellationToken)
    {
        var check = source.Check(delivery, delivery.ReceivedAt);
        if (check.Foreign > 0)
        {
            metrics.Dropped(source.Name, "other-account", check.Foreign);
        }

        if (check.Verdict == DeliveryVerdict.NotOurs)
        {
            return new(ReceiveOutcome.NotOurs, check.Reason, 0, source.Acknowledge(delivery));
        }

        if (check.Verdict != DeliveryVerdict.Accepted)
        {
            return Refused(check);
        }

        metrics.Proved(source.Name, check.Secret);
        return await AcceptAsync(source, delivery, check, cancellationToken);
    }

    private async Task<ReceiveResult> AcceptAsync(
        IWebhookSource source, Delivery delivery, DeliveryCheck check, CancellationToken cancellationToken)
    {
        var proof = source.ProofOf(delivery);
        if (proof is not null && seen.Contains(source.Name, proof))
        {
            return new(ReceiveOutcome.Repeated, "It is stored already.", check.Events, source.Acknowledge(delivery));
        }

        // A copy, because a slow send may still read the bytes when their buffer serves somebody else.
        var kept = delivery with { Body = delivery.Body.ToArray() };
        var outcome = await store.StoreAsync(source.WithoutSecrets(kept), cancellationToken);
        if (outcome == ReceiveOutcome.Unavailable)
        {
            return new(outcome, "Neither queue nor spool takes deliveries just now.");
        }

        if (proof is not null)
        {
            seen.Add(source.Name, proof);
        }

        return new(outcome, check.Reason, check.Events, source.Acknowledge(kept));
    }

    /// <summary>Returns the delivery without its body.</summary>
    private Delivery HeadOf(IWebhookSource source, string channel, HttpRequest request) => new()
    {
        Connector = source.Name,
        Channel = channel,
        Method = request.Method,
        PublicUrl = new Uri($"{hub.PublicUrl.OriginalString.TrimEnd('/')}{request.Path}{request.QueryString}"),
        Headers = source.Headers.Where(name => request.Headers.ContainsKey(name))
            .ToDictionary(name => name, name => request.Headers[name].ToString(), StringComparer.OrdinalIgnoreCase),
        Body = ReadOnlyMemory<byte>.Empty,
        ReceivedAt = time.GetUtcNow(),
    };

    private static ReceiveResult Refused(DeliveryCheck check) =>
        new(check.Verdict == DeliveryVerdict.Malformed ? ReceiveOutcome.Malformed : ReceiveOutcome.Unverified, check.Reason);
}
