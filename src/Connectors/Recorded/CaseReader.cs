using System.Web;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Recorded;

/// <summary>Verifies and reads recorded deliveries as the hub would, with the case's own clock and without any
/// call.</summary>
/// <param name="publicUrl">The hub's public URL (<c>Hub:PublicUrl</c>) for cases that name none; null when it is not
/// set.</param>
/// <param name="clock">The clock for cases that name none.</param>
public sealed class CaseReader(ConnectorSet connectors, Uri? publicUrl, TimeProvider clock)
{
    private const string Webhooks = "/api/webhooks/";
    private const int LongestReason = 500;

    /// <summary>Reads a case. A fault becomes the verdict and not an exception, so that the other cases are still
    /// read.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<CaseReading> ReadAsync(string file, CancellationToken cancellationToken)
    {
        string? connector = null;
        try
        {
            var recorded = await RecordedCase.LoadAsync(file, cancellationToken);
            if (ConnectorOf(recorded) is not { } reader)
            {
                return new(
                    file, null, CaseVerdict.Error,
                    $"no connector is set for vendor '{recorded.Note("vendor")}' or path {recorded.Target}", []);
            }

            connector = reader.Name;
            return recorded.IsPoll ? ReadAnswer(file, recorded, reader) : ReadRequest(file, recorded, reader);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return new(file, connector, CaseVerdict.Error, OneLine.Of(failure.Message, LongestReason) ?? failure.GetType().Name, []);
        }
    }

    /// <summary>Returns the delivery of a case without verifying it; null when no connector is set for it.</summary>
    public Delivery? DeliveryOf(RecordedCase recorded)
    {
        if (ConnectorOf(recorded) is not { } reader)
        {
            return null;
        }

        var path = PathOf(recorded) ?? "";
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var channel = recorded.IsPoll ? Delivery.PollChannel : slash < 0 ? "" : path[(slash + 1)..];
        return DeliveryOf(recorded, reader, channel, recorded.VerifyAt ?? clock.GetUtcNow());
    }

    private IDeliveryReader? ConnectorOf(RecordedCase recorded)
    {
        var readers = connectors.OfType<IDeliveryReader>();
        var vendor = recorded.Note("vendor");
        var named = PathOf(recorded) is { } path ? path.Split('/')[0] : null;
        return readers.FirstOrDefault(reader => reader.Name.Equals(named, StringComparison.OrdinalIgnoreCase))
            ?? readers.FirstOrDefault(reader => reader.Name.Equals(vendor, StringComparison.OrdinalIgnoreCase))
            ?? readers.FirstOrDefault(reader => reader.Type.Equals(vendor, StringComparison.OrdinalIgnoreCase));
    }

    private CaseReading ReadRequest(string file, RecordedCase recorded, IDeliveryReader reader)
    {
        if (reader is not IWebhookSource source)
        {
            return new(file, reader.Name, CaseVerdict.Rejected, $"{reader.Name} takes no webhooks", []);
        }

        var now = recorded.VerifyAt ?? clock.GetUtcNow();
        var path = PathOf(recorded) ?? "";
        if (recorded.Method is "GET" or "HEAD")
        {
            return source.Handshake(QueryOf(recorded)) is { } reply
                ? new(file, reader.Name, CaseVerdict.Accepted, $"the handshake is answered with {reply.Status}", [])
                : new(file, reader.Name, CaseVerdict.Rejected, $"{reader.Name} has no handshake", []);
        }

        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var delivery = DeliveryOf(recorded, reader, slash < 0 ? "" : path[(slash + 1)..], now) with { PublicUrl = PublicUrlOf(recorded) };
        var check = source.Check(delivery, now);
        return check.Verdict == DeliveryVerdict.Accepted
            ? new(file, reader.Name, CaseVerdict.Accepted, check.Reason, EventReading.Of(reader.Read(delivery)))
            : new(file, reader.Name, CaseVerdict.Rejected, check.Reason, []);
    }

    private CaseReading ReadAnswer(string file, RecordedCase recorded, IDeliveryReader reader)
    {
        if (recorded.Status is < 200 or > 299)
        {
            return new(file, reader.Name, CaseVerdict.Rejected, $"the vendor answered {recorded.Status}", []);
        }

        var answer = DeliveryOf(recorded, reader, Delivery.PollChannel, recorded.VerifyAt ?? clock.GetUtcNow());
        try
        {
            var progress = (reader as IPollSource)?.Progress(answer);
            return new(file, reader.Name, CaseVerdict.Accepted, "answered", EventReading.Of(reader.Read(answer)))
            { NextCursor = progress?.NextCursor, MorePages = progress?.More };
        }
        catch (UnreadableDeliveryException failure)
        {
            return new(file, reader.Name, CaseVerdict.Rejected, failure.Message, []);
        }
    }

    private static Delivery DeliveryOf(RecordedCase recorded, IDeliveryReader reader, string channel, DateTimeOffset now) => new()
    {
        Connector = reader.Name,
        Channel = channel,
        Method = recorded.Method,
        Headers = recorded.Headers,
        Body = recorded.Body,
        ReceivedAt = now,
    };

    /// <summary>Returns the path after <c>/api/webhooks/</c> without query; null for another path.</summary>
    private static string? PathOf(RecordedCase recorded)
    {
        var path = recorded.Target.Split('?')[0];
        return path.StartsWith(Webhooks, StringComparison.OrdinalIgnoreCase) ? path[Webhooks.Length..] : null;
    }

    private static Dictionary<string, string> QueryOf(RecordedCase recorded)
    {
        var query = HttpUtility.ParseQueryString(recorded.Target[recorded.Target.Split('?')[0].Length..]);
        return query.AllKeys.OfType<string>().ToDictionary(name => name, name => query[name] ?? "");
    }

    private Uri? PublicUrlOf(RecordedCase recorded)
    {
        if (recorded.Note("public-url") is { } url)
        {
            return new(url);
        }

        return publicUrl is null ? null : new($"{publicUrl.OriginalString.TrimEnd('/')}{recorded.Target}");
    }
}
