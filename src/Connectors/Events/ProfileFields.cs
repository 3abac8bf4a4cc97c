using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>Reads and compares the profile properties that connectors write.</summary>
internal static class ProfileFields
{
    /// <summary>Reads the properties of the setting <c>WriteProfile</c>; none by default.</summary>
    /// <param name="known">The properties with a field in the tool.</param>
    public static ImmutableHashSet<PersonProperty> Read(SettingsReader settings, IEnumerable<PersonProperty> known)
    {
        var names = known.ToDictionary(property => property.ToString(), StringComparer.OrdinalIgnoreCase);
        var asked = settings.List("WriteProfile");
        if (!asked.All(names.ContainsKey))
        {
            var right = names.Keys.Order(StringComparer.Ordinal).Select(CamelCase).ToList();
            settings.Fault("WriteProfile", $"some of {string.Join(", ", right)}", right[0]);
        }

        return [.. asked.Where(names.ContainsKey).Select(name => names[name])];
    }

    /// <summary>Reads the setting <c>PhoneRegion</c>, the country of phone numbers without a country code.</summary>
    public static string? ReadPhoneRegion(SettingsReader settings) => settings.Parse(
        "PhoneRegion",
        text => PhoneNumber.IsRegion(text.ToUpperInvariant()) ? text.ToUpperInvariant() : null,
        "a country of ISO 3166 with two letters",
        "DE");

    /// <summary>Compares the wished profile with a record. Surrounding spaces and the spelling of
    /// phone numbers do not count.</summary>
    /// <param name="fields">The tool's fields; a property without one is left out.</param>
    /// <param name="valueOf">Returns the record's value of a field.</param>
    public static IEnumerable<PlannedWrite> Compare(
        PersonWish wish, IReadOnlyDictionary<PersonProperty, string> fields, Func<string, string?> valueOf, string? phoneRegion) =>
        from wanted in wish.Profile
        where fields.ContainsKey(wanted.Key)
        orderby wanted.Key
        let field = fields[wanted.Key]
        let present = ComparableOf(wanted.Key, valueOf(field), phoneRegion)
        let value = ComparableOf(wanted.Key, wanted.Value, phoneRegion) ?? ""
        select new PlannedWrite(wanted.Key, OutcomeOf(present == value), field, wanted.Value.Trim(), value, present);

    /// <summary>Compares the wished opt-out with a record; nothing when the wish has none.</summary>
    /// <param name="optedOut">Whether the record has opted out.</param>
    public static IEnumerable<PlannedWrite> CompareConsent(PersonWish wish, string field, bool optedOut) => wish.OptedOut is { } wanted
        ?
        [
            new(
                PersonProperty.Consent, OutcomeOf(wanted == optedOut), field, wanted ? "true" : "false", Say(wanted),
                optedOut ? Say(true) : null),
        ]
        : [];

    /// <summary>Compares the wished stage with a record of a tool without stages of its own, which gets the funnel's name of
    /// it.</summary>
    /// <param name="field">The tool's field for it; null for none, and then nothing is compared.</param>
    /// <param name="valueOf">Returns the record's value of a field.</param>
    public static IEnumerable<PlannedWrite> CompareStage(PersonWish wish, string? field, Func<string, string?> valueOf)
    {
        if (wish.Stage is not { } stage || field is null)
        {
            return [];
        }

        var (present, wanted) = (valueOf(field), stage.ToString());
        var isEqual = string.Equals(present, wanted, StringComparison.OrdinalIgnoreCase);
        return [new(PersonProperty.Stage, OutcomeOf(isEqual), field, wanted, wanted, present)];
    }

    /// <summary>Merges two profiles of a person. The event's values win over the record's.</summary>
    public static LeadProfile Over(LeadProfile said, LeadProfile record) => new()
    {
        Email = said.Email ?? record.Email,
        FirstName = said.FirstName ?? record.FirstName,
        LastName = said.LastName ?? record.LastName,
        Company = said.Company ?? record.Company,
        JobTitle = said.JobTitle ?? record.JobTitle,
        Phone = said.Phone ?? record.Phone,
        ComparablePhone = said.Phone is null ? record.ComparablePhone : said.ComparablePhone,
        Region = said.Region ?? record.Region,
    };

    private static string? ComparableOf(PersonProperty property, string? value, string? phoneRegion) =>
        property == PersonProperty.Phone ? PhoneNumber.Comparable(value, phoneRegion) : value?.Trim();

    private static WriteOutcome OutcomeOf(bool equal) => equal ? WriteOutcome.Equal : WriteOutcome.Written;

    private static string Say(bool optedOut) => (optedOut ? ConsentState.OptedOut : ConsentState.OptedIn).ToString();

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
