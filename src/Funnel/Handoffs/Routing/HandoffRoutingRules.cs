using System.Collections.Immutable;
using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>Decides who gets a handoff, and who gets it next when that person does not accept it. Pure.</summary>
public static class HandoffRoutingRules
{
    /// <summary>The route names the person.</summary>
    public const string FixedOwner = "fixed-owner";

    /// <summary>The next in turn who is at work and has room.</summary>
    public const string RoundRobin = "round-robin";

    /// <summary>Nobody with room is at work: the person whose work begins first.</summary>
    public const string RoundRobinNextAtWork = "round-robin-next-at-work";

    /// <summary>No route matches: the fallback.</summary>
    public const string NoRoute = "no-route";

    /// <summary>The route's person is away: the fallback.</summary>
    public const string OwnerAway = "owner-away";

    /// <summary>The route's person is full: the fallback.</summary>
    public const string OwnerFull = "owner-full";

    /// <summary>Nobody in turn has room: the fallback.</summary>
    public const string RoundRobinFull = "round-robin-full";

    /// <summary>Not accepted in time: the next in turn who has not had it.</summary>
    public const string Rerouted = "rerouted";

    /// <summary>Not accepted in time and nobody is next: the fallback, who keeps it.</summary>
    public const string ReroutedToFallback = "rerouted-to-fallback";

    /// <summary>Returns the key of a route's turns on the <see cref="RoundRobinBoard"/>.</summary>
    public static string RoundRobinOf(string team, string route) => $"{team}/{route}";

    /// <summary>Whether a handoff needs an owner: it has none, or the owner let it lapse. Never for
    /// a team without routes.</summary>
    public static bool NeedsOwner(Handoff handoff, FunnelSettings settings) =>
        settings.Routing.Teams.ContainsKey(handoff.To) && handoff.Assignments.LastOrDefault() is null or { LapsedAt: not null };

    /// <summary>Chooses the owner by the first matching route, or the next one after a lapse.</summary>
    /// <exception cref="KeyNotFoundException">The team has no routes.</exception>
    public static RoutingDecision Decide(
        Handoff handoff, Journey journey, FunnelSettings settings, RoundRobinBoard board, DateTimeOffset now)
    {
        var team = settings.Routing.Teams[handoff.To];
        if (!handoff.Assignments.IsEmpty)
        {
            return GiveOn(handoff, team, board, now);
        }

        if (team.Routes.FirstOrDefault(route => Matches(route, handoff.Stage, journey.Profile)) is not { } route)
        {
            return ToFallback(team, null, NoRoute, "no route matches", team.Connector, now);
        }

        return route.Owner is { } owner ? ToFixed(team, route, owner, board, now) : ByTurn(handoff, team, route, board, now);
    }

    /// <summary>Returns when an unaccepted handoff is rerouted; null for never.</summary>
    public static DateTimeOffset? RerouteDue(Handoff handoff, FunnelSettings settings)
    {
        if (handoff is not { AcceptedAt: null, ReturnedReason: null }
            || handoff.Assignments.LastOrDefault() is not { DeliveredAt: { } since, LapsedAt: null, KeptBy: null } present
            || settings.Routing.Teams.GetValueOrDefault(handoff.To) is not { RerouteAfter: { } limit } team
            || present.Owner == team.Fallback.Name)
        {
            return null;
        }

        var due = (team.Find(present.Owner)?.AtWork ?? settings.CalendarOf(handoff.To)).Add(since, limit);
        return due == DateTimeOffset.MaxValue ? null : due;
    }

    /// <summary>Returns when the last handoff lapses, if the lead is still with its team; null for never.</summary>
    internal static DateTimeOffset? RerouteDue(Journey journey, JourneyLedger ledger, FunnelSettings settings) =>
        journey is { Erased: false, Gone: false }
            && ledger is { MergedInto: null, ErasedAt: null }
            && ledger.Handoffs.LastOrDefault() is { } handoff
            && handoff.To == journey.Owner
            ? RerouteDue(handoff, settings)
            : null;

    /// <summary>Lets the last handoff lapse when it is overdue, once for each assignment. The
    /// event starts the rerouting.</summary>
    internal static (JourneyLedger Ledger, HandoffAnnounced? Event) Lapse(
        JourneyLedger ledger, Journey journey, FunnelSettings settings, DateTimeOffset now)
    {
        if (!(RerouteDue(journey, ledger, settings) <= now))
        {
            return (ledger, null);
        }

        var handoff = ledger.Handoffs[^1];
        var lapsed = handoff with
        {
            Assignments = handoff.Assignments.SetItem(handoff.Assignments.Length - 1, handoff.Assignments[^1] with { LapsedAt = now }),
        };
        var id = CauseId.Of("handoffLapsed", handoff.Id, handoff.Assignments.Length);
        return (
            ledger with { Handoffs = ledger.Handoffs.SetItem(ledger.Handoffs.Length - 1, lapsed) },
            new() { Id = id, LeadId = journey.LeadId, At = now, Team = handoff.To, HandoffId = handoff.Id });
    }

    private static RoutingDecision ToFixed(
        TeamRoutes team, HandoffRoute route, HandoffOwner owner, RoundRobinBoard board, DateTimeOffset now)
    {
        var text = Describe(route);
        return owner.IsAway(now) ? ToFallback(team, route.Name, OwnerAway, $"{text} names {owner.Name}, who is away", route.Connector, now)
            : board.IsFull(owner)
                ? ToFallback(
                    team, route.Name, OwnerFull, $"{text} names {owner.Name}, who is full ({Load(owner, board)})", route.Connector, now)
            : new(To(owner, route.Name, FixedOwner, $"{text} names {owner.Name}", route.Connector, now), null);
    }

    private static RoutingDecision ByTurn(Handoff handoff, TeamRoutes team, HandoffRoute route, RoundRobinBoard board, DateTimeOffset now)
    {
        var turns = RoundRobinOf(handoff.To, route.Name);
        var turn = InTurn(route.RoundRobin, board.LastInTurn.GetValueOrDefault(turns));
        if (Choose(turn, board, now) is not { } chosen)
        {
            return ToFallback(
                team, route.Name, RoundRobinFull, $"{Describe(route)}: nobody in turn has room ({PassedOver(turn, board, now)})",
                route.Connector, now);
        }

        var passed = PassedOver([.. turn.TakeWhile(owner => owner != chosen)], board, now);
        var why = $"{Describe(route)}: {Ground(chosen, board, now)}{(passed.Length > 0 ? $"; passed over {passed}" : "")}";
        return new(To(chosen, route.Name, chosen.AtWork.IsOpen(now) ? RoundRobin : RoundRobinNextAtWork, why, route.Connector, now), turns);
    }

    private static RoutingDecision GiveOn(Handoff handoff, TeamRoutes team, RoundRobinBoard board, DateTimeOffset now)
    {
        var (first, last) = (handoff.Assignments[0], handoff.Assignments[^1]);
        var late = $"{last.Owner} had not taken it up after {team.RerouteAfter:c} of working time";
        var had = handoff.Assignments.Select(assignment => assignment.Owner).ToHashSet(StringComparer.Ordinal);
        var mayGoOn = handoff.Assignments.Length <= team.MaxReroutes;
        if (mayGoOn && team.Routes.FirstOrDefault(route => route.Name == first.Route) is { } route)
        {
            var turns = RoundRobinOf(handoff.To, route.Name);
            var turn = InTurn(route.RoundRobin, board.LastInTurn.GetValueOrDefault(turns)).Where(owner =>
                !had.Contains(owner.Name) && owner.Ids.ContainsKey(last.Connector));
            if (Choose([.. turn], board, now) is { } next)
            {
                return new(To(next, route.Name, Rerouted, $"{late}; {Ground(next, board, now)}", last.Connector, now), turns);
            }
        }

        var end = mayGoOn ? "nobody else of the route has room" : $"it has been given on {team.MaxReroutes} times";
        return ToFallback(team, first.Route, ReroutedToFallback, $"{late}; {end}", last.Connector, now);
    }

    /// <summary>Returns the owners in order of turn, after the last one; from the top
    /// when that one is unknown.</summary>
    private static ImmutableArray<HandoffOwner> InTurn(ImmutableArray<HandoffOwner> owners, string? last)
    {
        var next = owners.ToList().FindIndex(owner => owner.Name == last) + 1;
        return [.. owners.Skip(next), .. owners.Take(next)];
    }

    /// <summary>Chooses among the owners with room: the first at work, else the one whose work begins first. Null when
    /// nobody has room or ever works.</summary>
    private static HandoffOwner? Choose(ImmutableArray<HandoffOwner> turn, RoundRobinBoard board, DateTimeOffset now) => turn
        .Where(owner => !board.IsFull(owner))
        .Select(owner => (Owner: owner, From: owner.AtWork.NextOpen(now)))
        .Where(free => free.From < DateTimeOffset.MaxValue)
        .OrderBy(free => free.From)
        .FirstOrDefault()
        .Owner;

    private static RoutingDecision ToFallback(
        TeamRoutes team, string? route, string rule, string why, string connector, DateTimeOffset now) =>
        new(To(team.Fallback, route, rule, $"{why}: {team.Fallback.Name} is the fallback", connector, now), null);

    private static Assignment To(HandoffOwner owner, string? route, string rule, string why, string connector, DateTimeOffset now) =>
        new() { Owner = owner.Name, Route = route, Rule = rule, Why = why, Connector = connector, At = now };

    private static bool Matches(HandoffRoute route, FunnelStage stage, LeadProfile profile) =>
        TextPattern.Matches(route.Segment, profile.Segment)
        && TextPattern.Matches(route.Region, profile.Region)
        && TextPattern.Matches(route.Company, profile.Company)
        && (route.MinScore is null || profile.Score >= route.MinScore)
        && (route.MaxScore is null || profile.Score <= route.MaxScore)
        && (route.Stage is null || route.Stage == stage);

    private static string Describe(HandoffRoute route)
    {
        (string Name, object? Value)[] conditions =
        [
            ("segment", route.Segment), ("region", route.Region), ("company", route.Company), ("score from", route.MinScore),
            ("score to", route.MaxScore), ("stage", route.Stage),
        ];
        var all = string.Join(
            ", ",
            conditions.Where(condition => condition.Value is not null)
                .Select(condition => string.Create(CultureInfo.InvariantCulture, $"{condition.Name} {condition.Value}")));
        return all.Length == 0 ? $"route {route.Name}" : $"route {route.Name} ({all})";
    }

    private static string Ground(HandoffOwner owner, RoundRobinBoard board, DateTimeOffset now) =>
        owner.AtWork.IsOpen(now)
            ? $"{owner.Name} is next in turn and at work{(owner.Capacity is null ? "" : $" ({Load(owner, board)})")}"
            : $"nobody with room is at work, and {owner.Name} begins first, at "
                + owner.AtWork.NextOpen(now).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string PassedOver(ImmutableArray<HandoffOwner> owners, RoundRobinBoard board, DateTimeOffset now) =>
        string.Join(", ", owners.Select(owner =>
        $"{owner.Name} ({(board.IsFull(owner) ? $"full, {Load(owner, board)}" : owner.IsAway(now) ? "away" : "not at work")})"));

    private static string Load(HandoffOwner owner, RoundRobinBoard board) => $"{board.OpenOf(owner)} of {owner.Capacity} open";
}

/// <summary>The decision about a handoff's owner.</summary>
/// <param name="RoundRobin">The key of the turns that move on; null when nobody's turn was used.</param>
public sealed record RoutingDecision(Assignment Assignment, string? RoundRobin);
