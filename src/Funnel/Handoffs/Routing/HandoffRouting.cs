using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>The routing of handoffs. Made from the settings <c>Handoffs:*</c> and <c>Owners:*</c>.</summary>
public sealed record HandoffRouting
{
    /// <summary>No team has routes; the tools assign leads themselves.</summary>
    public static readonly HandoffRouting None = new();

    /// <summary>Gets the teams with routes, by name in lower case.</summary>
    public ImmutableDictionary<string, TeamRoutes> Teams { get; init; } = ImmutableDictionary<string, TeamRoutes>.Empty;
}

/// <summary>The routes of a team. Section <c>Handoffs:{team}</c>.</summary>
public sealed record TeamRoutes
{
    /// <summary>Gets the routes; the first match decides.</summary>
    public required ImmutableArray<HandoffRoute> Routes { get; init; }

    /// <summary>Gets who gets leads without a matching route, without any limit.</summary>
    public required HandoffOwner Fallback { get; init; }

    /// <summary>Gets the connector for handoffs whose route names none.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets the owner's working time after which an unaccepted handoff is rerouted
    /// (inclusive); null for never.</summary>
    public TimeSpan? RerouteAfter { get; init; }

    /// <summary>Gets how often a handoff is rerouted within the round robin before it goes to the fallback.
    /// Zero: at once. Default: 1.</summary>
    public int MaxReroutes { get; init; } = 1;

    /// <summary>Returns an owner by name; null when the settings no longer have one.</summary>
    public HandoffOwner? Find(string name) =>
        Routes.SelectMany(route => route.Owner is { } owner ? [owner] : route.RoundRobin)
            .Append(Fallback).FirstOrDefault(owner => owner.Name == name);
}

/// <summary>A route. All its conditions must match. A null condition always matches; a condition on an
/// unknown property never does.</summary>
public sealed record HandoffRoute
{
    /// <summary>Gets its number in the settings.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the segment, ignoring case; a trailing <c>*</c> matches any ending.</summary>
    public string? Segment { get; init; }

    /// <summary>Gets the region, a pattern like <see cref="Segment"/>.</summary>
    public string? Region { get; init; }

    /// <summary>Gets the company, a pattern like <see cref="Segment"/>.</summary>
    public string? Company { get; init; }

    /// <summary>Gets the lowest score that matches, inclusive.</summary>
    public decimal? MinScore { get; init; }

    /// <summary>Gets the highest score that matches, inclusive.</summary>
    public decimal? MaxScore { get; init; }

    public FunnelStage? Stage { get; init; }

    /// <summary>Gets the connector of the tool that gets the handoff.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets the only owner; null when <see cref="RoundRobin"/> decides.</summary>
    public HandoffOwner? Owner { get; init; }

    /// <summary>Gets the owners who take turns, in order; empty when <see cref="Owner"/> is set.</summary>
    public ImmutableArray<HandoffOwner> RoundRobin { get; init; } = [];
}
