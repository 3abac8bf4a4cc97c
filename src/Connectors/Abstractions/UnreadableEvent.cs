using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>Makes events of unreadable parts of a delivery. Each is parked, and the
/// other parts are processed.</summary>
internal static class UnreadableEvent
{
    /// <summary>Returns a hash that identifies an unreadable part.</summary>
    public static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    /// <summary>Makes the event of an unreadable part.</summary>
    /// <param name="why">Why it cannot be read, without any of it.</param>
    public static SourceEvent Of(string vendor, ToolSide side, string fingerprint, string why) =>
        new() { Kind = SourceEventKind.Ignored, Side = side, DedupeKey = $"{vendor}|unreadable|{fingerprint}", Unreadable = why };
}
