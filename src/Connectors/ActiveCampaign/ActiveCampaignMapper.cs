using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.ActiveCampaign;

/// <summary>Maps ActiveCampaign's webhooks to events. Pure.</summary>
internal static class ActiveCampaignMapper
{
    private const string Won = "1", Lost = "2", None = "0";

    private static readonly ImmutableArray<string> FromStage = ["fromStage"];

    /// <summary>Parses a webhook; null when it does not say its type.</summary>
    public static FormFields? Parse(ReadOnlyMemory<byte> body) =>
        FormFields.Parse(body) is var form && form.Text("type") is not null ? form : null;

    /// <summary>Whether the webhook is of the connector's account. Most do not say it.</summary>
    public static bool IsOurs(FormFields form, ActiveCampaignOptions options) =>
        options.AccountId is not { } ours || form.Text("account_id") is not { } account || account == ours;

    /// <summary>Maps the event of a webhook.</summary>
    public static SourceEvent Map(FormFields form, ActiveCampaignOptions options)
    {
        var type = form.Text("type")!;
        return type switch
        {
            "subscribe" or "unsubscribe" or "update" or "contact_update" or "contact_tag_added" or "contact_tag_removed" or "bounce"
                or "open" or "click" or "forward" or "share" or "reply" => OfContact(type, form, options),
            "deal_add" or "deal_update" => OfDeal(type == "deal_add", form, options),
            "sent" or "contact_note_add" or "deal_note_add" => new IgnoredEvent(HeaderOf(form, ToolSide.Marketing, options)),
            _ => new UnreadEvent(HeaderOf(form, ToolSide.Marketing, options)) { VendorKind = type },
        };
    }

    private static SourceEvent OfContact(string type, FormFields form, ActiveCampaignOptions options)
    {
        var header = HeaderOf(form, ToolSide.Marketing, options);
        if (header.SubjectEmail is null && header.People.IsEmpty)
        {
            return Unreadable(form, $"{type} names no contact");
        }

        var profile = ProfileOf(form, header, options);
        return type switch
        {
            // Without a list the contact was only made known.
            "subscribe" when ListOf(form) is null => new ContactCreatedEvent(header) { Profile = profile },
            "subscribe" => new ConsentChangedEvent(header)
            {
                Consent = MailConsent.Subscribed, Stage = FunnelStage.Awareness, Profile = profile,
            },
            "unsubscribe" => new ConsentChangedEvent(header) { Consent = MailConsent.Unsubscribed },
            "bounce" when form.Text("bounce[type]") == "soft" => new IgnoredEvent(header),
            "bounce" => new ConsentChangedEvent(header) { Consent = MailConsent.Bounced },
            "contact_tag_added" when StageOf(form, options) is { } raw => new StageChangedEvent(header)
            {
                ToStageRaw = raw, Stage = MeaningOf(raw, options), Profile = profile,
            },
            "update" or "contact_update" or "contact_tag_added" or "contact_tag_removed" =>
                new ContactUpdatedEvent(header) { Profile = profile },
            _ => new ActivityEvent(header)
            {
                Touch = type switch { "open" => TouchKind.Open, "click" => TouchKind.Click, _ => TouchKind.Conversion },
                Stage = FunnelStage.Interest,
                Campaign = form.Text("campaign[name]") ?? form.Text("campaign[id]"),
                Known = form.Text("campaign[id]") is { } campaign ? new() { Id = campaign } : null,
                Detail = form.Text("link[url]") ?? form.Text("campaign[subject]"),
                Profile = profile,
            },
        };
    }

    /// <summary>Maps a deal. An update has all of the deal, and names what changed: the stage counts only when it
    /// did.</summary>
    private static SourceEvent OfDeal(bool isNew, FormFields form, ActiveCampaignOptions options)
    {
        if (form.Text("deal[id]") is not { } id)
        {
            return Unreadable(form, "the deal has no id");
        }

        var (changed, status) = (form.Items("updated_fields").ToList(), form.Text("deal[status]"));
        var isMoved = isNew || changed.Count == 0 || changed.Contains("stage") || changed.Contains("status");
        var meaning = isMoved ? MeaningOf(status, form.Text("deal[stageid]"), options) : null;
        return new DealChangedEvent(HeaderOf(form, ToolSide.Crm, options))
        {
            DealId = id,
            IsNew = isNew,
            ToStageRaw = isMoved ? form.Text("deal[stageid]") : null,
            Meaning = meaning,
            Amount = AmountOf(form),
            Currency = form.Text("deal[currency]")?.ToUpperInvariant(),
            Owner = form.Text("deal[owner]"),
            NeedsEnrichment = isMoved && !isNew && meaning?.Status is not (DealStatus.Won or DealStatus.Lost) ? FromStage : [],
        };
    }

    private static DealStageMeaning? MeaningOf(string? status, string? stage, ActiveCampaignOptions options) => status switch
    {
        Won => DealStageMeaning.Won,
        Lost => DealStageMeaning.Lost,
        _ => options.DealStages.TryGet(stage, out var meaning) ? meaning : null,
    };

    private static EventHeader HeaderOf(FormFields form, ToolSide side, ActiveCampaignOptions options)
    {
        var contact = IdOf(form, "contact[id]") ?? IdOf(form, "deal[contactid]");
        var time = form.Text("date_time");
        (string Name, string? Id)[] ids =
        [
            ("contactId", contact), ("dealId", form.Text("deal[id]")), ("listId", ListOf(form)), ("campaignId", form.Text("campaign[id]")),
        ];
        return new(
            string.Join('|', "activecampaign", options.Account, form.Text("type"), time, UnreadableEvent.Fingerprint(form.Canonical())),
            side, JsonFields.IsoTime(time))
        {
            ExternalIds = ids.Where(id => id.Id is not null).ToImmutableSortedDictionary(id => id.Name, id => id.Id!),
            People = contact is null ? [] : [IdentityKey.Person(options.Name, contact)],
            SubjectEmail = form.Email("contact[email]") ?? form.Email("deal[contact_email]") ?? form.Email("bounce[email]"),
        };
    }

    private static LeadProfile ProfileOf(FormFields form, EventHeader header, ActiveCampaignOptions options)
    {
        var phone = form.Profile("contact[phone]");
        return new()
        {
            Email = header.SubjectEmail,
            FirstName = form.Profile("contact[first_name]"),
            LastName = form.Profile("contact[last_name]"),
            Company = form.Profile("contact[orgname]"),
            Phone = phone,
            ComparablePhone = PhoneNumber.Comparable(phone, options.PhoneRegion),
        };
    }

    /// <summary>Returns the tag that names a stage; null for another tag.</summary>
    private static string? StageOf(FormFields form, ActiveCampaignOptions options) =>
        form.Text("tag") is { } tag && tag.StartsWith(options.StageTagPrefix, StringComparison.OrdinalIgnoreCase) ? tag : null;

    /// <summary>Returns the funnel stage of a stage's tag; null when no map knows it.</summary>
    public static FunnelStage? MeaningOf(string tag, ActiveCampaignOptions options) =>
        tag.StartsWith(options.StageTagPrefix, StringComparison.OrdinalIgnoreCase)
        && options.Stages.TryGet(tag[options.StageTagPrefix.Length..].Trim(), out var stage) ? stage : null;

    /// <summary>Returns the deal's value in major units. The formatted one may have commas for thousands.</summary>
    private static decimal? AmountOf(FormFields form)
    {
        var text = form.Text("deal[value_raw]") ?? form.Text("deal[value]");
        return decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) ? amount : null;
    }

    private static string? ListOf(FormFields form) => IdOf(form, "list");

    /// <summary>Returns an id; null for none, which ActiveCampaign writes as 0.</summary>
    private static string? IdOf(FormFields form, string key) => form.Text(key) is { } id && id != None ? id : null;

    private static UnreadableEvent Unreadable(FormFields form, string why) =>
        UnreadableEvent.Of("activecampaign", ToolSide.Marketing, UnreadableEvent.Fingerprint(form.Canonical()), why);
}
