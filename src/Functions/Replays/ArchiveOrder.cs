using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationHub.Functions.Replays;

/// <summary>Selects the archived deliveries to replay.</summary>
internal sealed record ArchiveOrder(ReplayRange Range, bool DryRun)
{
    private const string Form =
        """Send JSON of the form {"from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","connector":"…","dryRun":true}. """
        + "The connector is optional. The value of from must be before that of to.";

    /// <summary>Rejects unknown properties: a misspelt filter would widen the replay.</summary>
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Reads an order from JSON. On failure <paramref name="fault"/> says how to write it.</summary>
    public static bool TryRead(string json, [NotNullWhen(true)] out ArchiveOrder? order, [NotNullWhen(false)] out string? fault)
    {
        order = ReadWire(json) is { From: { } from, To: { } to, Connector: null or { Length: > 0 } } wire && from < to
            ? new(new(from.ToUniversalTime(), to.ToUniversalTime(), wire.Connector), wire.DryRun)
            : null;
        fault = order is null ? Form : null;
        return order is not null;
    }

    private static Wire? ReadWire(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Wire>(json, Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Wire(
        DateTimeOffset? From = null, DateTimeOffset? To = null, string? Connector = null, bool DryRun = false);
}
