using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that the hub polls.</summary>
public interface IPollSource : IDeliveryReader
{
    /// <summary>Reads from a cursor. A page's body is the vendor's raw answer, so that it can be queued, replayed and
    /// explained like a webhook.</summary>
    /// <param name="cursor">The last page's next cursor; null at the very start.</param>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; the cursor stays.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses; the cursor stays.</exception>
    Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Returns the cursor that reads from before a gap, but not further back than the vendor
    /// keeps its events. Pure.</summary>
    /// <param name="cursor">The present cursor; null at the very start.</param>
    string? Rewind(string? cursor, EventGap gap, DateTimeOffset now) => cursor;

    /// <summary>Returns how far an answer reaches, in the vendor's form. Pure.</summary>
    PollProgress Progress(Delivery answer);
}

/// <summary>A time in which a vendor lost events without naming the records.</summary>
/// <param name="RecordType">The kind of record, in the vendor's form.</param>
/// <param name="At">When; null when the vendor does not say.</param>
public sealed record EventGap(string RecordType, DateTimeOffset? At);

/// <summary>How far a poll's answer reaches.</summary>
/// <param name="NextCursor">The vendor's own marker, such as a timestamp or page token; null for none.</param>
/// <param name="More">Whether the vendor has more; null when it does not say.</param>
public sealed record PollProgress(string? NextCursor, bool? More);

/// <summary>A step of a poll.</summary>
/// <param name="Deliveries">The pages with at least one row.</param>
/// <param name="NextCursor">Where to continue. Save it only after <paramref name="Deliveries"/> are queued.</param>
/// <param name="More">Whether there is more to read at once.</param>
public sealed record PollPage(IReadOnlyList<Delivery> Deliveries, string NextCursor, bool More);
