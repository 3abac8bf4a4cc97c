using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>To whom handoffs go. Made from the settings <c>Handoffs:*</c> and <c>Owners:*</c>.</summary>
public sealed record HandoffRouting
{
    /// <summary>No team has routes: the tools give leads to whom they like.</summary>
    public static readonly HandoffRouting None = new();

    /// <summary>Gets each team that has routes, by its name in lower case.</summary>
    public ImmutableDictionary<string, TeamRoutes> Teams { get; init; } = ImmutableDictionary<string, TeamRoutes>.Empty;
}

/// <summary>How one team's handoffs find their person. Section <c>Handoffs:{team}</c>.</summary>
public sealed record TeamRoutes
{
    /// <summary>Gets the routes; the first that matches decides.</summary>
    public required ImmutableArray<HandoffRoute> Routes { get; init; }

    /// <summary>Gets who gets what no route gives to anybody else. Always takes it.</summary>
    public required HandoffOwner Fallback { get; init; }

    /// <summary>Gets the connector of the tool that gets the team's handoffs where a route names none.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets the owner's working time after which a handoff that nobody has taken up goes to somebody else: at exactly this age it does. Null: never.</summary>
    public TimeSpan? RerouteAfter { get; init; }

    /// <summary>Gets how often it goes to somebody else of the rota before it goes to the fallback. Zero: to the fallback at once. Default: 1.</summary>
    public int MaxReroutes { get; init; } = 1;

    /// <summary>The owner of that name; null where the settings no longer have one.</summary>
    public HandoffOwner? Find(string name) =>
        Routes.SelectMany(route => route.Owner is { } owner ? [owner] : route.RoundRobin).Append(Fallback).FirstOrDefault(owner => owner.Name == name);
}

/// <summary>One route: conditions, of which all must hold, and whom it leads to. A condition that is null always holds; one on something not known of the lead does not.</summary>
public sealed record HandoffRoute
{
    /// <summary>Gets its name: its number in the settings.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the segment; ignores case, and what ends in <c>*</c> is a beginning.</summary>
    public string? Segment { get; init; }

    /// <summary>Gets the region, written like <see cref="Segment"/>.</summary>
    public string? Region { get; init; }

    /// <summary>Gets the company, written like <see cref="Segment"/>.</summary>
    public string? Company { get; init; }

    /// <summary>Gets the lowest score that matches.</summary>
    public decimal? MinScore { get; init; }

    /// <summary>Gets the highest score that matches.</summary>
    public decimal? MaxScore { get; init; }

    /// <summary>Gets the stage of the handoff.</summary>
    public FunnelStage? Stage { get; init; }

    /// <summary>Gets the connector of the tool that gets the handoff.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets the one who gets everything; null where <see cref="RoundRobin"/> decides.</summary>
    public HandoffOwner? Owner { get; init; }

    /// <summary>Gets those who take turns, in order; empty where <see cref="Owner"/> is named.</summary>
    public ImmutableArray<HandoffOwner> RoundRobin { get; init; } = [];
}
