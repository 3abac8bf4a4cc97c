using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>Makes the events of parts of a delivery that cannot be read. Each is parked, and holds back no other.</summary>
internal static class UnreadableEvent
{
    /// <summary>Identifies an unreadable part by its text, without keeping the text.</summary>
    public static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    /// <summary>The event of one part.</summary>
    /// <param name="vendor">The vendor, in lower case.</param>
    /// <param name="side">Whose word it would be.</param>
    /// <param name="fingerprint">The part's fingerprint.</param>
    /// <param name="why">Why it cannot be read, without any of it.</param>
    public static SourceEvent Of(string vendor, ToolSide side, string fingerprint, string why) =>
        new() { Kind = SourceEventKind.Ignored, Side = side, DedupeKey = $"{vendor}|unreadable|{fingerprint}", Unreadable = why };
}
