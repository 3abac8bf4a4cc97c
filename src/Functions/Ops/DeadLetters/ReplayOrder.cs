using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Which dead letters are to be sent again.</summary>
/// <param name="Entity">Where they lie, and where alone they go again.</param>
/// <param name="Reason">Only those with exactly this reason; null for all.</param>
/// <param name="Connector">Only those that this connector brought; null for all.</param>
/// <param name="DryRun">Whether nothing is to be sent, only counted.</param>
public sealed record ReplayOrder(QueueEntity Entity, string? Reason, string? Connector, bool DryRun)
{
    /// <summary>A misspelt filter would widen the replay, so nothing unknown is let through.</summary>
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private static string KnownEntities => string.Join(", ", QueueProbe.Entities.Select(entity => entity.Name));

    /// <summary>Finds a queue or subscription by the name people use; letter case does not matter.</summary>
    public static bool TryFindEntity(string? name, [NotNullWhen(true)] out QueueEntity? entity, [NotNullWhen(false)] out string? fault)
    {
        entity = QueueProbe.Entities.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        fault = entity is null ? $"Name the entity, one of: {KnownEntities}." : null;
        return fault is null;
    }

    /// <summary>Reads an order from JSON. What may not be read tells in <paramref name="fault"/> what would be right.</summary>
    public static bool TryRead(string json, [NotNullWhen(true)] out ReplayOrder? order, [NotNullWhen(false)] out string? fault)
    {
        order = null;
        if (ReadWire(json) is not { } wire)
        {
            fault = $$"""Send JSON of the form {"entity":"…","reason":"…","connector":"…","dryRun":true}, where reason and connector may be left out. The entity is one of: {{KnownEntities}}.""";
        }
        else if (TryFindEntity(wire.Entity, out var entity, out fault))
        {
            fault = FaultOf(wire, entity);
            order = fault is null ? new(entity, wire.Reason, wire.Connector, wire.DryRun) : null;
        }

        return fault is null;
    }

    private static string? FaultOf(Wire wire, QueueEntity entity) =>
        wire.Reason is { } reason && string.IsNullOrWhiteSpace(reason) ? "The reason is blank. Leave it out to replay whatever the reason."
        : wire.Connector is { } connector && string.IsNullOrWhiteSpace(connector) ? "The connector is blank. Leave it out to replay whatever the connector."
        : wire.Connector is not null && entity.Subscription is not null ? $"Messages of {entity.Name} belong to leads, not to connectors. Leave the connector out. Of all entities ({KnownEntities}) only deliveries have one."
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
