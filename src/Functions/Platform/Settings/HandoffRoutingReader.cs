using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Makes the routing of handoffs of the sections <c>Handoffs</c> and <c>Owners</c>, and checks that everybody named can be given what they may get.</summary>
internal sealed class HandoffRoutingReader
{
    private static readonly string[] NeedRoutes = ["Fallback", "RerouteAfter", "MaxReroutes"];

    private readonly SettingsReader _reader;
    private readonly FunnelSettings _funnel;
    private readonly IReadOnlyList<string> _takers;
    private readonly Dictionary<string, OwnerSettings> _owners;

    private HandoffRoutingReader(SettingsReader reader, FunnelSettings funnel)
    {
        (_reader, _funnel, _takers) = (reader, funnel, reader.ConnectorsOfType<IHandoffTarget>());
        _owners = reader.Names("Owners").Select(ReadOwner).ToDictionary(owner => owner.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Reads it; faults go to <paramref name="reader"/>.</summary>
    public static HandoffRouting Read(SettingsReader reader, FunnelSettings funnel)
    {
        CheckNames(reader);
        var routing = new HandoffRoutingReader(reader, funnel);
        var teams = reader.Names("Handoffs").Select(team => (Name: team.ToLowerInvariant(), Routes: routing.ReadTeam(team))).Where(team => team.Routes is not null);
        return new() { Teams = teams.ToImmutableDictionary(team => team.Name, team => team.Routes!) };
    }

    /// <summary>What would be right where a name is wanted: one of these, or first of all one.</summary>
    public static string Name(string what, IReadOnlyCollection<string> names) =>
        names.Count == 0 ? $"There are no {what} yet: configure one first." : $"Name one of the {what}: {string.Join(", ", names)}.";

    private static void CheckNames(SettingsReader reader)
    {
        foreach (var team in reader.Names("Handoffs"))
        {
            reader.OnlyKnown($"Handoffs:{team}", [.. NeedRoutes, "Connector", "Routes"]);
            foreach (var number in reader.Names($"Handoffs:{team}:Routes"))
            {
                reader.OnlyKnown($"Handoffs:{team}:Routes:{number}", "Segment", "Region", "Company", "MinScore", "MaxScore", "Stage", "Connector", "Owner", "RoundRobin");
            }
        }

        foreach (var owner in reader.Names("Owners"))
        {
            reader.OnlyKnown($"Owners:{owner}", "Id", "Email", "Capacity", "Calendar", "Away");
            reader.OnlyKnown($"Owners:{owner}:Calendar", FunnelSettingsReader.CalendarNames);
        }
    }

    private TeamRoutes? ReadTeam(string team)
    {
        var key = $"Handoffs:{team}";
        var numbers = _reader.Names($"{key}:Routes").ToList();
        foreach (var lost in NeedRoutes.Where(name => numbers.Count == 0 && _reader.Text($"{key}:{name}") is not null))
        {
            _reader.Fault($"{key}:{lost}", $"has no effect without routes. Set {key}:Routes:1:Owner or {key}:Routes:1:RoundRobin, or leave it out.");
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
        var owning = _funnel.Stages.Values.Select(stage => stage.Owner).Distinct().Where(owner => owner != Team.Marketing).Order(StringComparer.Ordinal).ToList();
        if (owning.Contains(team, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        _reader.Fault($"{key}:Routes", $"'{team}' gets no handoffs in a CRM. {Name("teams that own a stage and work there", owning)}");
        return false;
    }

    /// <summary>The connector named for the team, else the only one that takes leads over. One that is named and wrong is told where it is read for teams without routes too.</summary>
    private string? ReadConnector(string key)
    {
        if (_reader.Text($"{key}:Connector") is { } named)
        {
            return _takers.FirstOrDefault(taker => taker.Equals(named, StringComparison.OrdinalIgnoreCase));
        }

        if (_takers is [var only])
        {
            return only;
        }

        _reader.Fault($"{key}:Connector", $"is missing: the team's routes need a tool to lead to. {Name("connectors that take leads over", _takers)}");
        return null;
    }

    private HandoffRoute? ReadRoute(string team, string number, string connector)
    {
        var key = $"Handoffs:{team}:Routes:{number}";
        var target = _reader.Text($"{key}:Connector")?.ToLowerInvariant() ?? connector;
        if (!_takers.Contains(target))
        {
            _reader.Fault($"{key}:Connector", $"'{target}' takes no leads over. {Name("connectors that do", _takers)}");
            return null;
        }

        var (fixedOwner, names) = (_reader.Text($"{key}:Owner"), _reader.List($"{key}:RoundRobin"));
        if (fixedOwner is null == (names.Count == 0))
        {
            _reader.Fault(key, fixedOwner is null ? "leads to nobody. Name an Owner, or several in a RoundRobin." : "has an Owner and a RoundRobin. Leave one of them out.");
            return null;
        }

        foreach (var twice in names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
        {
            _reader.Fault($"{key}:RoundRobin", $"names '{twice.Key}' more than once. Name everybody once: turns are equal.");
        }

        var owner = fixedOwner is null ? null : ReadOwner(team, $"{key}:Owner", fixedOwner);
        List<HandoffOwner> rota = [.. names.Distinct(StringComparer.OrdinalIgnoreCase).Select(name => ReadOwner(team, $"{key}:RoundRobin", name)).OfType<HandoffOwner>()];
        foreach (var person in rota.Append(owner))
        {
            CheckId(person, target, key);
        }

        var (min, max) = (ReadScore($"{key}:MinScore"), ReadScore($"{key}:MaxScore"));
        if (min > max)
        {
            _reader.Fault($"{key}:MinScore", "is above MaxScore: no lead would match. Write the lower bound here; both bounds match.");
        }

        return new HandoffRoute
        {
            Name = number,
            Segment = _reader.Text($"{key}:Segment"),
            Region = _reader.Text($"{key}:Region"),
            Company = _reader.Text($"{key}:Company"),
            MinScore = min,
            MaxScore = max,
            Stage = FunnelSettingsReader.ReadStageName(_reader, $"{key}:Stage"),
            Connector = target,
            Owner = owner,
            RoundRobin = [.. rota],
        };
    }

    private HandoffOwner? ReadOwner(string team, string key, string? name)
    {
        if (name is null || !_owners.TryGetValue(name, out var owner))
        {
            _reader.Fault(key, $"{(name is null ? "is missing" : $"'{name}' is no owner")}. {Name("owners", _owners.Keys)}");
            return null;
        }

        var calendar = FunnelSettingsReader.ReadCalendar(_reader, $"Owners:{owner.Name}:Calendar", $"Teams:{team}:Calendar") ?? _funnel.CalendarOf(team.ToLowerInvariant());
        return new(owner.Name, calendar, owner.Away) { Ids = owner.Ids, Email = owner.Email, Capacity = owner.Capacity };
    }

    private void CheckId(HandoffOwner? owner, string connector, string giver)
    {
        if (owner is not null && !owner.Ids.ContainsKey(connector))
        {
            _reader.Fault($"Owners:{owner.Name}:Id:{connector}", $"is missing: {giver} gives {owner.Name} leads in {connector}. Write the id of their user there.");
        }
    }

    private OwnerSettings ReadOwner(string name)
    {
        var key = $"Owners:{name}";
        var ids = _reader.Names($"{key}:Id").ToImmutableDictionary(connector => connector.ToLowerInvariant(), connector => _reader.Text($"{key}:Id:{connector}") ?? "");
        foreach (var (connector, id) in ids.Where(id => id.Value.Length == 0 || !_takers.Contains(id.Key)))
        {
            _reader.Fault($"{key}:Id:{connector}", id.Length == 0 ? "is empty. Write the id of their user in that tool." : $"'{connector}' takes no leads over. {Name("connectors that do", _takers)}");
        }

        var email = _reader.Text($"{key}:Email");
        if (email is not null && !EmailAddress.TryParse(email, out _))
        {
            _reader.Fault($"{key}:Email", "is no e-mail address. Write it as name@example.com.");
        }

        return new(name, ids, email, ReadNumber($"{key}:Capacity", 1), FunnelSettingsReader.ReadDates(_reader, $"{key}:Away"));
    }

    private int? ReadNumber(string key, int least)
    {
        if (_reader.Text(key) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least)
        {
            return number;
        }

        _reader.Fault(key, $"'{text}' cannot be taken. Write a whole number of {least} or more.");
        return null;
    }

    private decimal? ReadScore(string key) => _reader.Text(key) is null ? null : _reader.Value(key, 0m, "Write a number, such as 50.");

    private sealed record OwnerSettings(string Name, ImmutableDictionary<string, string> Ids, string? Email, int? Capacity, ImmutableHashSet<DateOnly> Away);
}
