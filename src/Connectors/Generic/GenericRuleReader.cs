using System.Collections.Immutable;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Reads the sections <c>Rules</c>, <c>Fields</c> and <c>Ids</c>. What a rule says itself wins over what is said for
/// all, and the word <c>none</c> takes it away.</summary>
internal sealed class GenericRuleReader(SettingsReader reader, GenericPlaces places)
{
    private const string None = "none";

    private static readonly string[] Names = Enum.GetNames<GenericField>();

    private static readonly string[] OfRule =
        ["When", "Kind", "Continue", "Side", "Means", "OnlyIfKnown", "Lacks", "Ids", "Dedupe", .. Names];

    /// <summary>Reads all rules in order.</summary>
    public ImmutableArray<GenericRule> Read()
    {
        reader.OnlyKnown("Fields", Names);
        var common = PlacesIn("Fields");
        var ids = IdsIn("Ids");
        return [.. reader.Names("Rules").Select(name => RuleOf(name, common, ids)).OfType<GenericRule>()];
    }

    private GenericRule? RuleOf(string name, ImmutableDictionary<GenericField, Place> common, ImmutableSortedDictionary<string, Place> ids)
    {
        var section = $"Rules:{name}";
        reader.OnlyKnown(section, OfRule);
        reader.Required($"{section}:Kind", $"one of {string.Join(", ", Enum.GetNames<GenericKind>().Select(Camel))}", "updated");
        if (reader.Named<GenericKind>($"{section}:Kind") is not { } kind)
        {
            return null;
        }

        var fields = Names.Where(field => reader.Text($"{section}:{field}") is not null)
            .Aggregate(common, (all, field) => Is(section, field) ? all.Remove(Enum.Parse<GenericField>(field))
                : places.PlaceAt($"{section}:{field}") is { } place ? all.SetItem(Enum.Parse<GenericField>(field), place) : all);
        var rule = new GenericRule
        {
            Name = name,
            When =
            [
                .. reader.List($"{section}:When").Select(text => places.ConditionOf($"{section}:When", text, false)).OfType<Condition>(),
            ],
            Kind = kind,
            Continue = reader.Flag($"{section}:Continue", false),
            Side = reader.Named<ToolSide>($"{section}:Side") ?? reader.Named<ToolSide>("Side") ?? ToolSide.Marketing,
            Means = reader.Named<FunnelStage>($"{section}:Means"),
            OnlyIfKnown = reader.Flag($"{section}:OnlyIfKnown", false),
            Lacks = [.. reader.List($"{section}:Lacks")],
            Fields = fields,
            Ids = ids.RemoveRange(reader.Names($"{section}:Ids").Where(id => Is($"{section}:Ids", id))).SetItems(IdsIn($"{section}:Ids")),
            Dedupe = DedupeOf(section),
        };
        Check(rule, section);
        return rule;
    }

    private bool Is(string section, string field) => reader.Text($"{section}:{field}") == None;

    /// <summary>Adds faults for places that the kind needs.</summary>
    private void Check(GenericRule rule, string section)
    {
        GenericField[] needed = rule.Kind switch
        {
            GenericKind.Stage => [GenericField.Stage],
            GenericKind.EmailChanged => [GenericField.Email],
            GenericKind.Consent => [GenericField.Consent],
            GenericKind.Merged => [GenericField.PersonId, GenericField.MergedIds],
            GenericKind.Joined or GenericKind.Left => [GenericField.DealId, GenericField.PersonId],
            GenericKind.DealCreated or GenericKind.Deal or GenericKind.DealDeleted => [GenericField.DealId],
            _ => [],
        };
        foreach (var field in needed.Where(field => !rule.Fields.ContainsKey(field)))
        {
            reader.Fault($"{section}:{field}", $"set for the kind {Camel($"{rule.Kind}")}, here or in Fields", Place.Example);
        }

        if (rule is { IsOfDeal: false, Kind: not GenericKind.Ignored }
            && !rule.Fields.ContainsKey(GenericField.PersonId) && !rule.Fields.ContainsKey(GenericField.Email))
        {
            reader.Fault($"{section}:PersonId", "set, or Email, here or in Fields", "/contact/id");
        }
    }

    private Template<Place> DedupeOf(string section)
    {
        var key = reader.Text($"{section}:Dedupe") is not null ? $"{section}:Dedupe" : "Dedupe";
        var template = places.TemplateAt(key, "{$hash}");
        if (template is not null && !template.Values.Any())
        {
            reader.Fault(key, "a text with at least one place in braces, or all events are one", "{/id}|{/timestamp}");
        }

        return template ?? Template<Place>.Parse("{x}", _ => Place.Parse("$hash", false))!;
    }

    private ImmutableDictionary<GenericField, Place> PlacesIn(string section) =>
        Names.Select(name => (Field: Enum.Parse<GenericField>(name), Place: places.PlaceAt($"{section}:{name}")))
            .Where(pair => pair.Place is not null).ToImmutableDictionary(pair => pair.Field, pair => pair.Place!);

    private ImmutableSortedDictionary<string, Place> IdsIn(string section) =>
        reader.Names(section).Where(name => !Is(section, name)).Select(name => (name, Place: places.PlaceAt($"{section}:{name}")))
            .Where(pair => pair.Place is not null)
            .ToImmutableSortedDictionary(pair => pair.name, pair => pair.Place!, StringComparer.Ordinal);

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
