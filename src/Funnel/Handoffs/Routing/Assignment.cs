namespace IntegrationHub.Funnel;

/// <summary>Assigns a handoff to a person. The last assignment of a handoff counts.</summary>
public sealed record Assignment
{
    /// <summary>Gets the person's name in the settings <c>Owners:{name}</c>.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets the route that matched; null for none.</summary>
    public string? Route { get; init; }

    /// <summary>Gets the deciding rule of <see cref="HandoffRoutingRules"/>.</summary>
    public required string Rule { get; init; }

    /// <summary>Gets the reason in words: the route's conditions, turns, hours and
    /// capacity. It names no lead.</summary>
    public required string Why { get; init; }

    /// <summary>Gets the connector of the tool that gets the handoff.</summary>
    public required string Connector { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Gets when the tool had the handoff in this person's name; null before. The time to
    /// accept it starts here.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>Gets who already had the record in the tool and keeps it, by settings name or tool id; null
    /// when the owner has it.</summary>
    public string? KeptBy { get; init; }

    /// <summary>Gets when it lapsed because nobody accepted it in time; null while it has not.</summary>
    public DateTimeOffset? LapsedAt { get; init; }
}
