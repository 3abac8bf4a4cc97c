using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Mailchimp;

/// <summary>Maps Mailchimp's webhooks to events. Pure.</summary>
internal static class MailchimpMapper
{
    /// <summary>Parses a webhook; null when it does not say its type.</summary>
    public static FormFields? Parse(ReadOnlyMemory<byte> body) =>
        FormFields.Parse(body) is var form && form.Text("type") is not null ? form : null;

    /// <summary>Whether the webhook is of the connector's audience.</summary>
    public static bool IsOurs(FormFields form, MailchimpOptions options) => form.Text("data[list_id]") == options.ListId;

    /// <summary>Maps a webhook, which has one event. A subscription with a stage is two.</summary>
    public static IReadOnlyList<SourceEvent> Map(FormFields form, MailchimpOptions options)
    {
        var type = form.Text("type")!;
        var header = HeaderOf(type, form, options);
        return type switch
        {
            "campaign" => [new IgnoredEvent(header)],
            "subscribe" or "unsubscribe" or "profile" or "cleaned" when header.SubjectEmail is null && header.People.IsEmpty =>
                [Unreadable(form, $"{type} names no person")],
            "subscribe" =>
            [
                new ConsentChangedEvent(header)
                {
                    Consent = MailConsent.Subscribed, Stage = FunnelStage.Awareness, Profile = ProfileOf(form, header, options),
                },
                .. Staged(header with { DedupeKey = $"{header.DedupeKey}|stage" }, form, options),
            ],
            "unsubscribe" => [new ConsentChangedEvent(header) { Consent = Complaint(form) ?? MailConsent.Unsubscribed }],
            "cleaned" => [new ConsentChangedEvent(header) { Consent = Complaint(form) ?? MailConsent.Bounced }],
            "profile" => Staged(header, form, options) is [var staged]
                ? [staged]
                : [new ContactUpdatedEvent(header) { Profile = ProfileOf(form, header, options) }],
            "upemail" when header.SubjectEmail is null => [Unreadable(form, "upemail has no new address")],
            "upemail" =>
            [
                new EmailChangedEvent(header)
                {
                    PreviousEmail = form.Email("data[old_email]"), Profile = new() { Email = header.SubjectEmail },
                },
            ],
            _ => [new UnreadEvent(header) { VendorKind = type }],
        };
    }

    private static EventHeader HeaderOf(string type, FormFields form, MailchimpOptions options)
    {
        var member = type switch { "upemail" => form.Text("data[new_id]"), "campaign" => null, _ => form.Text("data[id]") };
        var campaign = form.Text(type == "campaign" ? "data[id]" : "data[campaign_id]");
        var email = type == "upemail" ? form.Email("data[new_email]") : form.Email("data[email]") ?? form.Email("data[merges][EMAIL]");
        var firedAt = form.Text("fired_at");
        (string Name, string? Id)[] ids = [("memberId", member), ("listId", options.ListId), ("campaignId", campaign)];
        var key = $"mailchimp|{type}|{options.ListId}|{member ?? campaign}|{email}|{firedAt}";
        return new(key, ToolSide.Marketing, JsonFields.IsoTime(firedAt))
        {
            ExternalIds = ids.Where(id => id.Id is not null).ToImmutableSortedDictionary(id => id.Name, id => id.Id!),
            People = member is null ? [] : [IdentityKey.Person(options.Name, member)],
            SubjectEmail = email,
        };
    }

    /// <summary>Returns the change of stage in the configured merge field; none when the field has none.</summary>
    private static IReadOnlyList<SourceEvent> Staged(EventHeader header, FormFields form, MailchimpOptions options) =>
        options.StageMergeField is { } field && form.Profile(Merge(field)) is { Length: > 0 } raw
            ?
            [
                new StageChangedEvent(header)
                {
                    ToStageRaw = raw,
                    Stage = options.Stages.TryGet(raw, out var stage) ? stage : null,
                    Profile = ProfileOf(form, header, options),
                },
            ]
            : [];

    /// <summary>Returns the merge fields. Mailchimp sends all of them: a blank one was cleared.</summary>
    private static LeadProfile ProfileOf(FormFields form, EventHeader header, MailchimpOptions options)
    {
        var phone = form.Profile(Merge(MailchimpWriting.Fields[PersonProperty.Phone]));
        return new()
        {
            Email = header.SubjectEmail,
            FirstName = form.Profile(Merge(MailchimpWriting.Fields[PersonProperty.FirstName])),
            LastName = form.Profile(Merge(MailchimpWriting.Fields[PersonProperty.LastName])),
            Company = form.Profile(Merge(MailchimpWriting.Fields[PersonProperty.Company])),
            Phone = phone,
            ComparablePhone = PhoneNumber.Comparable(phone, options.PhoneRegion),
        };
    }

    private static string Merge(string field) => $"data[merges][{field}]";

    private static MailConsent? Complaint(FormFields form) =>
        "abuse".Equals(form.Text("data[reason]"), StringComparison.OrdinalIgnoreCase) ? MailConsent.Complained : null;

    private static UnreadableEvent Unreadable(FormFields form, string why) =>
        UnreadableEvent.Of("mailchimp", ToolSide.Marketing, UnreadableEvent.Fingerprint(form.Canonical()), why);
}
