using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that we ask.</summary>
public interface IPollSource : IDeliveryReader
{
    /// <summary>Reads on from a cursor. A page's body is the vendor's answer as it came, so that it can be queued, replayed and explained like a webhook.</summary>
    /// <param name="cursor">What the last page gave as its next cursor; null at the very start.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; the cursor stays.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses; the cursor stays.</exception>
    Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The cursor that reads again what a gap may have swallowed: from before the gap on, but not from further back than the vendor keeps its events. Pure.</summary>
    /// <param name="cursor">The present cursor; null at the very start, when everything is still to be read.</param>
    /// <param name="gap">Where the vendor lost track.</param>
    /// <param name="now">The present time.</param>
    string? Rewind(string? cursor, EventGap gap, DateTimeOffset now) => cursor;

    /// <summary>How far one answer reaches, in the vendor's own words, for people to read. Pure.</summary>
    PollProgress Progress(Delivery answer);
}

/// <summary>A time in which a vendor lost track of what changed, and does not say of which records.</summary>
/// <param name="RecordType">The vendor's name for the kind of record.</param>
/// <param name="At">When; null where the vendor does not say.</param>
public sealed record EventGap(string RecordType, DateTimeOffset? At);

/// <summary>How far a poll's answer reaches.</summary>
/// <param name="NextCursor">The vendor's own mark: a time stamp, a page token; null where the answer has none.</param>
/// <param name="More">Whether the vendor says that there is more; null where it does not say.</param>
public sealed record PollProgress(string? NextCursor, bool? More);

/// <summary>One step of a poll.</summary>
/// <param name="Deliveries">What came: pages with at least one row.</param>
/// <param name="NextCursor">Where to go on. To be kept only after <paramref name="Deliveries"/> are safely queued.</param>
/// <param name="More">Whether there is more to read at once.</param>
public sealed record PollPage(IReadOnlyList<Delivery> Deliveries, string NextCursor, bool More);
