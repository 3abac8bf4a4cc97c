using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Selects the dead letters to remove for good.</summary>
/// <param name="Why">Why, for the audit.</param>
internal sealed record PurgeOrder(ReplayOrder Order, string Why)
{
    private const int LongestWhy = 80;

    private const string Form =
        """Send JSON of the form {"entity":"…","why":"…","reason":"…","connector":"…","all":true,"dryRun":true}. """
        + "The value of why has at most 80 letters, digits, spaces and hyphens. It stays in the audit. "
        + "Name a reason or a connector, or say all to remove whatever is there.";

    /// <summary>Rejects unknown properties: a misspelt filter would widen the purge.</summary>
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Reads an order from JSON. On failure <paramref name="fault"/> says how to write it.</summary>
    public static bool TryRead(string json, [NotNullWhen(true)] out PurgeOrder? order, [NotNullWhen(false)] out string? fault)
    {
        (order, fault) = (null, null);
        if (ReadWire(json) is not { } wire || !IsWhy(wire.Why) || (wire.Reason ?? wire.Connector) is not null == wire.All)
        {
            fault = Form;
        }
        else if (ReplayOrder.TryMake(wire.Entity, wire.Reason, wire.Connector, wire.DryRun, out var meant, out fault))
        {
            order = new(meant, wire.Why);
        }

        return fault is null;
    }

    /// <summary>Whether the audit keeps a text as it is.</summary>
    private static bool IsWhy([NotNullWhen(true)] string? text) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= LongestWhy
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '-');

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
        string? Entity = null, string? Why = null, string? Reason = null, string? Connector = null, bool All = false, bool DryRun = false);
}
