namespace IntegrationHub.Funnel;

/// <summary>That a handoff was given to a person, by which rule and why. The last assignment of a handoff says who answers for it.</summary>
public sealed record Assignment
{
    /// <summary>Gets the person's name in the settings <c>Owners:{name}</c>.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets the name of the route that matched; null where none did.</summary>
    public string? Route { get; init; }

    /// <summary>Gets the rule of <see cref="HandoffRoutingRules"/> that decided.</summary>
    public required string Rule { get; init; }

    /// <summary>Gets why in words: the route's conditions, turns, hours and capacity. Names no lead.</summary>
    public required string Why { get; init; }

    /// <summary>Gets the connector of the tool that gets the handoff.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets when it was decided.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets when the tool had the handoff in this person's name; null before. The time to take it up runs from here.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>Gets who has the record in the tool and keeps it, because they had taken it before (the name in the settings, else the tool's id); null where the owner has it.</summary>
    public string? KeptBy { get; init; }

    /// <summary>Gets when it was found that nobody had taken the handoff up in time; null while it has not lapsed.</summary>
    public DateTimeOffset? LapsedAt { get; init; }
}
