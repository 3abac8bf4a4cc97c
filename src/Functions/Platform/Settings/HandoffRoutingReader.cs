using System.Collections.Immutable;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads the routing of handoffs from the sections <c>Handoffs</c> and <c>Owners</c>, and checks that each
/// owner can receive their handoffs.</summary>
internal sealed class HandoffRoutingReader
{
    private static readonly string[] NeedRoutes = ["Fallback", "RerouteAfter", "MaxReroutes"];

    private readonly SettingsReader _reader;
    private readonly FunnelSettings _funnel;
    private readonly IReadOnlyList<string> _targets;
    private readonly Dictionary<string, OwnerSettings> _owners;

    private HandoffRoutingReader(SettingsReader reader, FunnelSettings funnel)
    {
        (_reader, _funnel, _targets) = (reader, funnel, ConnectorRegistration.NamesOf<IHandoffTarget>(reader));
        _owners = reader.Names("Owners").Select(ReadOwner).ToDictionary(owner => owner.Name, StringComparer.OrdinalIgnoreCase);
        CheckUsers();
    }

    public static HandoffRouting Read(SettingsReader reader, FunnelSettings funnel)
    {
        CheckNames(reader);
        var routing = new HandoffRoutingReader(reader, funnel);
        var teams = reader.Names("Handoffs")
            .Select(team => (Name: team.ToLowerInvariant(), Routes: routing.ReadTeam(team)))
            .Where(team => team.Routes is not null);
        return new() { Teams = teams.ToImmutableDictionary(team => team.Name, team => team.Routes!) };
    }

    /// <summary>Reads the connector of each team that names one.</summary>
    public static IReadOnlyDictionary<string, string> ReadConnectors(SettingsReader reader)
    {
        var targets = ConnectorRegistration.NamesOf<IHandoffTarget>(reader);
        return reader.Names("Handoffs")
            .Select(team => (Team: team, Connector: ReadTarget(reader, $"Handoffs:{team}:Connector", targets)))
            .Where(named => named.Connector is not null)
            .ToDictionary(named => named.Team, named => named.Connector!, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Reads the name of a handoff target; returns null when none is set.</summary>
    private static string? ReadTarget(SettingsReader reader, string key, IReadOnlyList<string> targets) =>
        reader.Text(
            key,
            named => targets.Contains(named.ToLowerInvariant()),
            OneOf("connectors that take leads over", targets),
            Example(targets, "salesforce"))
            ?.ToLowerInvariant();

    private static string OneOf(string what, IEnumerable<string> names) => $"one of the {what} ({string.Join(", ", names)})";

    private static string Example(IEnumerable<string> names, string otherwise) => names.FirstOrDefault(otherwise);

    private static void CheckNames(SettingsReader reader)
    {
        foreach (var team in reader.Names("Handoffs"))
        {
            reader.OnlyKnown($"Handoffs:{team}", [.. NeedRoutes, "Connector", "Routes"]);
            foreach (var number in reader.Names($"Handoffs:{team}:Routes"))
            {
                reader.OnlyKnown(
                    $"Handoffs:{team}:Routes:{number}", "Segment", "Region", "Company", "MinScore", "MaxScore", "Stage", "Connector",
                    "Owner", "RoundRobin");
            }
        }

        foreach (var owner in reader.Names("Owners"))
        {
            reader.OnlyKnown($"Owners:{owner}", "Id", "Email", "Capacity", "Calendar", "Away");
            reader.OnlyKnown($"Owners:{owner}:Calendar", FunnelSettingsReader.CalendarNames);
        }
    }

    /// <summary>Two owners with one user would each count the other's handoffs as their own.</summary>
    private void CheckUsers()
    {
        var users = new HashSet<(string Connector, string User)>();
        foreach (var owner in _owners.Values)
        {
            foreach (var (connector, user) in owner.Ids.Where(id => id.Value.Length > 0 && !users.Add((id.Key, id.Value))))
            {
                _reader.Fault(
                    $"Owners:{owner.Name}:Id:{connector}", "the id of a user that no other owner has", "0055g000001AbCdEAK");
            }
        }
    }

    private TeamRoutes? ReadTeam(string team)
    {
        var key = $"Handoffs:{team}";
        var numbers = _reader.Names($"{key}:Routes").ToList();
        foreach (var lost in NeedRoutes.Where(name => numbers.Count == 0 && _reader.Text($"{key}:{name}") is not null))
        {
            _reader.Fault($"{key}:{lost}", "left out where the team has no routes", $"{key}:Routes:1:Owner beside it");
        }

        if (numbers.Count == 0 || !MayHaveRoutes(team, key) || ReadConnector(key) is not { } connector)
        {
            return null;
        }

        var fallback = ReadOwner(team, $"{key}:Fallback", _reader.Text($"{key}:Fallback"));
        List<HandoffRoute> routes = [.. numbers.Select(number => ReadRoute(team, number, connector)).OfType<HandoffRoute>()];
        foreach (var needed in routes.Select(route => route.Connector).Append(connector).Distinct())
        {
            CheckId(fallback, needed, $"{key}:Fallback");
        }

        return fallback is null ? null : new TeamRoutes
        {
            Routes = [.. routes],
            Fallback = fallback,
            Connector = connector,
            RerouteAfter = _reader.Duration($"{key}:RerouteAfter"),
            MaxReroutes = ReadNumber($"{key}:MaxReroutes", 0) ?? 1,
        };
    }

    private bool MayHaveRoutes(string team, string key)
    {
        var owning = _funnel.Stages.Values.Select(stage => stage.Owner)
            .Distinct()
            .Where(owner => owner != Team.Marketing)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (owning.Contains(team, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        _reader.Fault(
            $"{key}:Routes",
            OneOf("teams that own a stage and work in a CRM", owning),
            Example(owning.Select(owner => $"Handoffs:{owner}:Routes"), "Handoffs:sales:Routes"));
        return false;
    }

    /// <summary>Returns the team's connector, or the only one that accepts handoffs.</summary>
    private string? ReadConnector(string key)
    {
        var named = _reader.Text($"{key}:Connector");
        if (named is null && _targets.Count != 1)
        {
            _reader.Fault($"{key}:Connector", OneOf("connectors that take leads over", _targets), Example(_targets, "salesforce"));
        }

        return named is null ? _targets.Count == 1 ? _targets[0] : null : ReadTarget(_reader, $"{key}:Connector", _targets);
    }

    private HandoffRoute? ReadRoute(string team, string number, string connector)
    {
        var key = $"Handoffs:{team}:Routes:{number}";
        if ((_reader.Text($"{key}:Connector") is null ? connector : ReadTarget(_reader, $"{key}:Connector", _targets)) is not { } target)
        {
            return null;
        }

        var (fixedOwner, names) = (_reader.Text($"{key}:Owner"), _reader.List($"{key}:RoundRobin"));
        if (fixedOwner is null == (names.Count == 0))
        {
            _reader.Fault(key, "a route with either an Owner or a RoundRobin", $"{key}:Owner alone");
            return null;
        }

        if (names.Distinct(StringComparer.OrdinalIgnoreCase).Count() < names.Count)
        {
            _reader.Fault($"{key}:RoundRobin", "owners that are named once each, since turns are equal", "ada,bea");
        }

        var owner = fixedOwner is null ? null : ReadOwner(team, $"{key}:Owner", fixedOwner);
        List<HandoffOwner> roundRobin =
        [
            .. names.Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(name => ReadOwner(team, $"{key}:RoundRobin", name))
                .OfType<HandoffOwner>(),
        ];
        foreach (var person in roundRobin.Append(owner))
        {
            CheckId(person, target, key);
        }

        var (min, max) = (ReadScore($"{key}:MinScore"), ReadScore($"{key}:MaxScore"));
        if (min > max)
        {
            _reader.Fault($"{key}:MinScore", $"at most MaxScore, {max}", $"{max}");
        }

        return new HandoffRoute
        {
            Name = number,
            Segment = _reader.Text($"{key}:Segment"),
            Region = _reader.Text($"{key}:Region"),
            Company = _reader.Text($"{key}:Company"),
            MinScore = min,
            MaxScore = max,
            Stage = _reader.Named<FunnelStage>($"{key}:Stage"),
            Connector = target,
            Owner = owner,
            RoundRobin = [.. roundRobin],
        };
    }

    private HandoffOwner? ReadOwner(string team, string key, string? name)
    {
        if (name is null || !_owners.TryGetValue(name, out var owner))
        {
            _reader.Fault(key, OneOf("owners", _owners.Keys), Example(_owners.Keys, "ada"));
            return null;
        }

        var calendar = FunnelSettingsReader.ReadCalendar(_reader, $"Owners:{owner.Name}:Calendar", $"Teams:{team}:Calendar")
            ?? _funnel.CalendarOf(team.ToLowerInvariant());
        return new(owner.Name, calendar, owner.Away) { Ids = owner.Ids, Email = owner.Email, Capacity = owner.Capacity };
    }

    private void CheckId(HandoffOwner? owner, string connector, string giver)
    {
        if (owner is not null && !owner.Ids.ContainsKey(connector))
        {
            _reader.Fault(
                $"Owners:{owner.Name}:Id:{connector}", $"the id of their user in {connector}, which {giver} needs", "0055g000001AbCdEAK");
        }
    }

    private OwnerSettings ReadOwner(string name)
    {
        var key = $"Owners:{name}";
        var ids = _reader.Names($"{key}:Id")
            .ToImmutableDictionary(connector => connector.ToLowerInvariant(), connector => _reader.Text($"{key}:Id:{connector}") ?? "");
        foreach (var (connector, _) in ids.Where(id => id.Value.Length == 0 || !_targets.Contains(id.Key)))
        {
            _reader.Fault(
                $"{key}:Id:{connector}", $"the id of their user in {OneOf("connectors that take leads over", _targets)}",
                $"{key}:Id:{Example(_targets, "salesforce")}");
        }

        var email = _reader.Text($"{key}:Email", text => EmailAddress.TryParse(text, out _), "an e-mail address", "ada@example.com");
        return new(name, ids, email, ReadNumber($"{key}:Capacity", 1), FunnelSettingsReader.ReadDates(_reader, $"{key}:Away"));
    }

    private int? ReadNumber(string key, int least) =>
        _reader.Value<int>(key, number => number >= least, $"a whole number of {least} or more", "5");

    private decimal? ReadScore(string key) => _reader.Value<decimal>(key, _ => true, "a number", "50");

    private sealed record OwnerSettings(
        string Name, ImmutableDictionary<string, string> Ids, string? Email, int? Capacity, ImmutableHashSet<DateOnly> Away);
}
