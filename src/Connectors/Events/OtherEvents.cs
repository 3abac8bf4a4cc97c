using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>The tool does not know what changed; the record must be read again.</summary>
public sealed record ResyncEvent : SourceEvent
{
    public ResyncEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.ResyncRequired;

    /// <summary>Gets the deal's id; null when the record is not a deal.</summary>
    public string? DealId { get; init; }

    /// <summary>Gets the gap of an event that names no record, so that the whole kind is read
    /// again; null for others.</summary>
    public EventGap? Gap { get; init; }

    /// <summary>Gets a value indicating whether the tool restored a deleted record.</summary>
    public bool Restored { get; init; }
}

/// <summary>An event without news for the hub, such as the echo of its own writing.</summary>
public sealed record IgnoredEvent : SourceEvent
{
    public IgnoredEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.Ignored;
}

/// <summary>An event of a kind that the connector does not read. It is counted and listed, not parked.</summary>
public sealed record UnreadEvent : SourceEvent
{
    public UnreadEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.Ignored;

    /// <summary>Gets the kind in the vendor's form.</summary>
    public required string VendorKind { get; init; }
}

/// <summary>An unreadable part of a readable delivery. It is parked, and the other parts are processed.</summary>
public sealed record UnreadableEvent : SourceEvent
{
    public UnreadableEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.Ignored;

    /// <summary>Gets why it cannot be read, without any of it.</summary>
    public required string Why { get; init; }

    /// <summary>Makes the event of an unreadable part.</summary>
    public static UnreadableEvent Of(string vendor, ToolSide side, string fingerprint, string why) =>
        new(new EventHeader($"{vendor}|unreadable|{fingerprint}", side, null)) { Why = why };

    /// <summary>Returns a hash that identifies an unreadable part.</summary>
    public static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
