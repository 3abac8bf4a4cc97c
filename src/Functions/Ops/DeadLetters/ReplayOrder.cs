using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Selects dead letters, to replay or to purge them.</summary>
/// <param name="Entity">The queue or subscription that holds them and receives the copies.</param>
/// <param name="Reason">The exact reason; null for all.</param>
/// <param name="Connector">The connector that brought them; null for all.</param>
/// <param name="DryRun">Whether to count without sending.</param>
internal sealed record ReplayOrder(QueueEntity Entity, string? Reason, string? Connector, bool DryRun)
{
    /// <summary>Rejects unknown properties: a misspelt filter would widen the replay.</summary>
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private static string KnownEntities => string.Join(", ", QueueProbe.Entities.Select(entity => entity.Name));

    /// <summary>Finds a queue or subscription by name, ignoring case.</summary>
    public static bool TryFindEntity(string? name, [NotNullWhen(true)] out QueueEntity? entity, [NotNullWhen(false)] out string? fault)
    {
        entity = QueueProbe.Entities.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        fault = entity is null ? $"Name the entity, one of: {KnownEntities}." : null;
        return fault is null;
    }

    /// <summary>Reads an order from JSON. On failure <paramref name="fault"/> says how to write it.</summary>
    public static bool TryRead(string json, [NotNullWhen(true)] out ReplayOrder? order, [NotNullWhen(false)] out string? fault)
    {
        order = null;
        if (ReadWire(json) is { } wire)
        {
            return TryMake(wire.Entity, wire.Reason, wire.Connector, wire.DryRun, out order, out fault);
        }

        fault =
            """Send JSON of the form {"entity":"…","reason":"…","connector":"…","dryRun":true}. """
            + $"Reason and connector are optional. The entity is one of: {KnownEntities}.";
        return false;
    }

    /// <summary>Makes an order of its parts. On failure <paramref name="fault"/> says how to write it.</summary>
    public static bool TryMake(
        string? name, string? reason, string? connector, bool dryRun, [NotNullWhen(true)] out ReplayOrder? order,
        [NotNullWhen(false)] out string? fault)
    {
        order = null;
        if (TryFindEntity(name, out var entity, out fault))
        {
            fault = FaultOf(reason, connector, entity);
            order = fault is null ? new(entity, reason, connector, dryRun) : null;
        }

        return fault is null;
    }

    private static string? FaultOf(string? reason, string? connector, QueueEntity entity) =>
        reason is not null && string.IsNullOrWhiteSpace(reason) ? "The reason is blank. Leave it out to mean any reason."
        : connector is not null && string.IsNullOrWhiteSpace(connector) ? "The connector is blank. Leave it out to mean any connector."
        : connector is not null && entity.Subscription is not null
            ? $"Messages of {entity.Name} belong to leads, not to connectors. Leave the connector out. "
                + $"Of all entities ({KnownEntities}) only deliveries have one."
        : null;

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

    private sealed record Wire(string? Entity = null, string? Reason = null, string? Connector = null, bool DryRun = false);
}
