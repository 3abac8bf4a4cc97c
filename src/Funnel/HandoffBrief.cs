using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>What the receiving person reads in twenty seconds. Personal data: never to be logged.</summary>
public sealed record HandoffBrief
{
    /// <summary>Gets who it is: name, else company, else "A lead without a name".</summary>
    public required string Who { get; init; }

    /// <summary>Gets the organisation; null where it is not known.</summary>
    public string? Company { get; init; }

    /// <summary>Gets the stage's name as people see it.</summary>
    public required string Stage { get; init; }

    /// <summary>Gets why now.</summary>
    public required string WhyNow { get; init; }

    /// <summary>Gets what they saw and answered, latest first, a handful of lines.</summary>
    public required ImmutableArray<string> Story { get; init; }

    /// <summary>Gets what is missing for the next step; empty when nothing is.</summary>
    public required ImmutableArray<string> Missing { get; init; }

    /// <summary>Gets a value indicating whether the person has opted out and must not be written to.</summary>
    public bool OptedOut { get; init; }

    /// <summary>Makes the brief of a handoff from the lead's state.</summary>
    public static HandoffBrief For(Handoff handoff, Journey journey, IEnumerable<Fact> facts, FunnelSettings settings) => throw new NotImplementedException();
}
