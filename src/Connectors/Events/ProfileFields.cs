using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>What the connectors share when they keep records in step.</summary>
internal static class ProfileFields
{
    /// <summary>The properties named by the setting <c>WriteProfile</c>; none by default.</summary>
    /// <param name="settings">The connector's settings.</param>
    /// <param name="known">The properties the tool has a field for.</param>
    public static ImmutableHashSet<PersonProperty> Read(ConnectorSettings settings, IEnumerable<PersonProperty> known)
    {
        var names = known.ToDictionary(property => property.ToString(), StringComparer.OrdinalIgnoreCase);
        var asked = settings.List("WriteProfile");
        foreach (var unknown in asked.Where(name => !names.ContainsKey(name)))
        {
            settings.Fault("WriteProfile", $"names '{unknown}', which is not written there: some of {string.Join(", ", names.Keys.Order(StringComparer.Ordinal).Select(CamelCase))} would be right");
        }

        return [.. asked.Where(names.ContainsKey).Select(name => names[name])];
    }

    /// <summary>The country of telephone numbers without a country code: the setting <c>PhoneRegion</c>.</summary>
    public static string? ReadPhoneRegion(ConnectorSettings settings)
    {
        var region = settings.Text("PhoneRegion")?.ToUpperInvariant();
        if (region is not null && !PhoneNumber.IsRegion(region))
        {
            settings.Fault("PhoneRegion", "must be a country of ISO 3166 with two letters, for example DE");
        }

        return region;
    }

    /// <summary>
    /// Compares the profile that is wished for with what a record has. Values count as written, without spaces around them; of telephone numbers the number counts and not its spelling.
    /// </summary>
    /// <param name="wish">What is wished for.</param>
    /// <param name="fields">The tool's fields; a property without one is left out.</param>
    /// <param name="valueOf">The record's value of a field.</param>
    /// <param name="phoneRegion">The country of telephone numbers without a country code.</param>
    public static IEnumerable<PlannedWrite> Compare(PersonWish wish, IReadOnlyDictionary<PersonProperty, string> fields, Func<string, string?> valueOf, string? phoneRegion) =>
        from wanted in wish.Profile
        where fields.ContainsKey(wanted.Key)
        orderby wanted.Key
        let field = fields[wanted.Key]
        let present = ComparableOf(wanted.Key, valueOf(field), phoneRegion)
        let value = ComparableOf(wanted.Key, wanted.Value, phoneRegion) ?? ""
        select new PlannedWrite(wanted.Key, OutcomeOf(present == value), field, wanted.Value.Trim(), value, present);

    /// <summary>The opt-out to be written or taken back; none where the wish has none.</summary>
    /// <param name="wish">What is wished for.</param>
    /// <param name="field">The tool's field.</param>
    /// <param name="optedOut">Whether the record has opted out.</param>
    public static IEnumerable<PlannedWrite> CompareConsent(PersonWish wish, string field, bool optedOut) => wish.OptedOut is { } wanted
        ? [new(PersonProperty.Consent, OutcomeOf(wanted == optedOut), field, wanted ? "true" : "false", Say(wanted), optedOut ? Say(true) : null)]
        : [];

    private static string? ComparableOf(PersonProperty property, string? value, string? phoneRegion) =>
        property == PersonProperty.Phone ? PhoneNumber.Comparable(value, phoneRegion) : value?.Trim();

    private static WriteOutcome OutcomeOf(bool equal) => equal ? WriteOutcome.Equal : WriteOutcome.Written;

    private static string Say(bool optedOut) => (optedOut ? ConsentState.OptedOut : ConsentState.OptedIn).ToString();

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
