using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>Maps changed fields of a lead. One activity may have several: stage, consent and address are events of their own,
/// the rest is one profile. Pure.</summary>
internal static class MarketoChanges
{
    /// <summary>Maps an activity of type 13.</summary>
    public static IEnumerable<SourceEvent> Map(JsonElement row, EventHeader header, MarketoOptions options)
    {
        var changes = ChangesOf(row).ToList();
        var events = changes.Select(change => OfField(change, header, options)).OfType<SourceEvent>().ToList();
        if (ProfileOf(changes, options) is { } profile)
        {
            events.Add(profile(header));
        }

        return events.Count == 0
            ? [new IgnoredEvent(header)]
            : events.Select((source, i) => i == 0 ? source : source with
            {
                DedupeKey = string.Create(CultureInfo.InvariantCulture, $"{source.DedupeKey}|{i}"),
            });
    }

    /// <summary>Whether two names mean one field. The streams name it differently, such as <c>leadStatus</c> and
    /// <c>Lead Status</c>.</summary>
    public static bool Same(string? one, string other) =>
        one is not null && string.Equals(
            one.Replace(" ", "", StringComparison.Ordinal), other.Replace(" ", "", StringComparison.Ordinal),
            StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the changed fields. The stream of all activities has one, in attributes.</summary>
    private static IEnumerable<Change> ChangesOf(JsonElement row)
    {
        if (row.Member("fields").ValueKind == JsonValueKind.Array)
        {
            return row.Items("fields").Select(field => new Change(
                field.Text("name") ?? "", Said(field, "oldValue"), Said(field, "newValue")));
        }

        var attributes = row.Items("attributes").ToLookup(attribute => attribute.Text("name"));
        return [new(row.Text("primaryAttributeValue") ?? "", Of("Old Value"), Of("New Value"))];

        string? Of(string name) => attributes[name].Select(attribute => Said(attribute, "value")).FirstOrDefault("");
    }

    private static SourceEvent? OfField(Change change, EventHeader header, MarketoOptions options)
    {
        if (Same(change.Field, options.StageField))
        {
            return string.IsNullOrEmpty(change.New) ? null : MarketoMapper.Staged(header, Blank(change.Old), change.New, options);
        }

        if (Same(change.Field, "unsubscribed"))
        {
            return change.New switch
            {
                "true" or "1" => new ConsentChangedEvent(header) { Consent = MailConsent.Unsubscribed },
                null => null,
                _ when change.Old is "true" or "1" =>
                    new ConsentChangedEvent(header) { Consent = MailConsent.Subscribed, Stage = FunnelStage.Awareness },
                _ => null,
            };
        }

        return (Same(change.Field, "email") || Same(change.Field, "emailAddress"))
            && EmailAddress.TryParse(change.New, out var email)
            ? new EmailChangedEvent(header with { SubjectEmail = email.Address })
            {
                PreviousEmail = EmailAddress.TryParse(change.Old, out var old) ? old.Address : null,
                Profile = new() { Email = email.Address },
            }
            : null;
    }

    /// <summary>Returns what makes the event of the profile; null when none of its fields changed.</summary>
    private static Func<EventHeader, SourceEvent>? ProfileOf(List<Change> changes, MarketoOptions options)
    {
        var phone = Of(PersonProperty.Phone);
        var score = changes.FindLast(change => Same(change.Field, MarketoOptions.ScoreField));
        var profile = new LeadProfile
        {
            FirstName = Of(PersonProperty.FirstName),
            LastName = Of(PersonProperty.LastName),
            Company = Of(PersonProperty.Company),
            JobTitle = Of(PersonProperty.JobTitle),
            Phone = phone,
            ComparablePhone = PhoneNumber.Comparable(phone, options.PhoneRegion),
            Region = Of(PersonProperty.Region),
            Score = decimal.TryParse(score?.New, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null,
        };
        var isScoreCleared = score is { New: "" };
        return profile == new LeadProfile() && !isScoreCleared
            ? null
            : header => new ContactUpdatedEvent(header) { Profile = profile, ScoreCleared = isScoreCleared, IsPartial = true };

        string? Of(PersonProperty property) =>
            changes.FindLast(change => MarketoWriting.Names[property].Any(name => Same(change.Field, name)))?.New;
    }

    /// <summary>Returns a value: "" for one that was cleared, null for one that is withheld.</summary>
    private static string? Said(JsonElement element, string name) =>
        element.Text(name) is not { } text ? "" : Withheld.Is(text) ? null : text;

    private static string? Blank(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>A changed field.</summary>
    /// <param name="Old">The former value; "" for none, null for a withheld one.</param>
    /// <param name="New">The new value; "" when it was cleared, null for a withheld one.</param>
    private sealed record Change(string Field, string? Old, string? New);
}
