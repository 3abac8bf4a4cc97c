using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Adds what HubSpot's webhooks lack: contacts' addresses and profiles; deals'
/// people, amount and outcome.</summary>
internal static class HubSpotEnrichment
{
    /// <summary>Enriches events. It needs two calls for each 100 deals. New people need one call for each 50 of them
    /// and one for each 50 of their deals.</summary>
    public static async Task<IReadOnlyList<SourceEvent>> RunAsync(
        IReadOnlyList<SourceEvent> events, HubSpotClient client, HubSpotOptions options, CancellationToken cancellationToken)
    {
        var dealIds = events.Select(DealOf).OfType<string>().Distinct().ToList();
        var strangers = events.OfType<PersonEvent>().Where(LacksContact).ToList();
        var contactIds = strangers.Select(source => source.People[0].Id).Distinct().ToList();
        var deals = client.DealsAsync(dealIds, cancellationToken);
        var people = client.ContactsOfDealsAsync(dealIds, cancellationToken);
        var contacts = client.ContactsAsync(contactIds, options.CampaignProperty, cancellationToken);
        await Task.WhenAll(deals, people, contacts);

        var enriched = new List<SourceEvent>();
        foreach (var source in events)
        {
            if (DealOf(source) is { } dealId)
            {
                var state = (await deals).GetValueOrDefault(dealId);
                var withPeople = WithPeople(source, (await people).GetValueOrDefault(dealId, []), options);
                enriched.Add(await WithDealAsync(withPeople, dealId, state, client, options, cancellationToken));
            }
            else if (source is PersonEvent person
                && LacksContact(person) && (await contacts).TryGetValue(source.People[0].Id, out var contact))
            {
                enriched.Add(WithContact(person, contact, options));
            }
            else
            {
                enriched.Add(source);
            }
        }

        return
        [
            .. enriched,
            .. await HubSpotMeeting.FoundAsync(strangers, await contacts, client, options, cancellationToken),
        ];
    }

    /// <summary>Adds a contact's record to an event. The event's own values stay, because they
    /// were true at its time.</summary>
    private static PersonEvent WithContact(PersonEvent source, HubSpotObjectWire contact, HubSpotOptions options)
    {
        var email = source.SubjectEmail ?? (EmailAddress.TryParse(contact.Text("email"), out var address) ? address.Address : null);
        var phone = source.Profile?.Phone ?? contact.Text("phone");
        return WithCampaign(source, contact, options) with
        {
            SubjectEmail = email,
            FurtherEmails = [.. source.FurtherEmails.Union(HubSpotMapper.Addresses(contact.Text("hs_additional_emails")))],
            NeedsEnrichment = [],
            Profile = new()
            {
                Email = source.Profile?.Email ?? email,
                FirstName = source.Profile?.FirstName ?? contact.Text("firstname"),
                LastName = source.Profile?.LastName ?? contact.Text("lastname"),
                Company = source.Profile?.Company ?? contact.Text("company"),
                JobTitle = source.Profile?.JobTitle ?? contact.Text("jobtitle"),
                Phone = phone,
                ComparablePhone = PhoneNumber.Comparable(phone, options.PhoneRegion),
                Region = source.Profile?.Region ?? contact.Text("country"),
                Score = source.Profile?.Score ?? HubSpotMapper.Amount(contact.Text("hubspotscore")),
            },
        };
    }

    /// <summary>Adds the campaign of a conversion, which the contact has until its next one.</summary>
    private static PersonEvent WithCampaign(PersonEvent source, HubSpotObjectWire contact, HubSpotOptions options) =>
        source is ActivityEvent { AsksRecord: true } conversion && options.CampaignProperty is { } property
            && contact.Text(property) is { } campaign
            ? conversion with { Campaign = campaign } : source;

    /// <summary>Returns the deal to read for an event; null for none.</summary>
    private static string? DealOf(SourceEvent source) => source switch
    {
        DealDeletedEvent => null,
        DealEvent deal => deal.DealId,
        ResyncEvent resync => resync.DealId,
        _ => null,
    };

    private static bool LacksContact(PersonEvent source) =>
        source is { People: [_, ..] } and not (ContactDeletedEvent or PrivacyDeletedEvent);

    /// <summary>Adds the people of a deal. A removed association still holds when another one
    /// links the same two records.</summary>
    private static SourceEvent WithPeople(SourceEvent source, IReadOnlyList<string> contacts, HubSpotOptions options) => source switch
    {
        { People.IsEmpty: true } => source with { People = [.. contacts.Select(id => IdentityKey.Person(options.Name, id))] },
        AssociationRemovedEvent removed when contacts.Contains(removed.People[0].Id) => new AssociationAddedEvent(removed)
        {
            DealId = removed.DealId, OnlyIfKnown = removed.OnlyIfKnown,
        },
        _ => source,
    };

    private static async Task<SourceEvent> WithDealAsync(
        SourceEvent source, string dealId, HubSpotObjectWire? deal, HubSpotClient client, HubSpotOptions options,
        CancellationToken cancellationToken)
    {
        // These events do not carry the deal's stage, so the present stage counts.
        var asksState = source is ResyncEvent or AssociationAddedEvent;
        var state = source as DealStateEvent ?? new DealChangedEvent(source) { DealId = dealId };
        var raw = asksState ? deal?.Text("dealstage") : state.ToStageRaw;
        if (source is AssociationRemovedEvent || (source is ResyncEvent && raw is null))
        {
            return source;
        }

        var filled = state with
        {
            Amount = state.Amount ?? (state.Cleared.Contains(DealProperty.Amount) ? null : HubSpotMapper.Amount(deal?.Text("amount"))),
            Currency = state.Currency ?? (state.Cleared.Contains(DealProperty.Currency) ? null : deal?.Text("deal_currency_code")),
            Owner = state.Owner ?? (state.Cleared.Contains(DealProperty.Owner) ? null : deal?.Text("hubspot_owner_id")),
            ClosedOn = state.ClosedOn
                ?? (state.Cleared.Contains(DealProperty.ClosedOn) ? null : HubSpotMapper.Day(deal?.Text("closedate"))),
            LostReason = state.LostReason
                ?? (state.Cleared.Contains(DealProperty.LostReason) ? null : deal?.Text("closed_lost_reason")),
            NeedsEnrichment = [],
        };
        if (raw is null || (!asksState && !state.Unmapped))
        {
            return WithType(filled, deal, options);
        }

        if (asksState)
        {
            filled = filled with { Cleared = ClearedOf(deal) };
        }

        return await WithOutcomeAsync(filled, raw, deal, client, options, cancellationToken);
    }

    /// <summary>Returns the properties that the deal states as empty.</summary>
    private static ImmutableArray<DealProperty> ClearedOf(HubSpotObjectWire? deal) =>
    [
        .. deal?.IsEmpty("amount") == true ? [DealProperty.Amount] : Array.Empty<DealProperty>(),
        .. deal?.IsEmpty("deal_currency_code") == true ? [DealProperty.Currency] : Array.Empty<DealProperty>(),
        .. deal?.IsEmpty("hubspot_owner_id") == true ? [DealProperty.Owner] : Array.Empty<DealProperty>(),
        .. deal?.IsEmpty("closedate") == true ? [DealProperty.ClosedOn] : Array.Empty<DealProperty>(),
        .. deal?.IsEmpty("closed_lost_reason") == true ? [DealProperty.LostReason] : Array.Empty<DealProperty>(),
    ];

    /// <summary>Adds the meaning of the deal's stage: by the map, else by the pipeline's probability.</summary>
    public static async Task<SourceEvent> WithOutcomeAsync(
        DealStateEvent source, string raw, HubSpotObjectWire? deal, HubSpotClient client, HubSpotOptions options,
        CancellationToken cancellationToken)
    {
        var meaning = options.DealStages.TryGet(raw, out var known) ? known : await client.OutcomeAsync(raw, cancellationToken);
        var staged = WithType(source with { ToStageRaw = raw, Meaning = meaning }, deal, options);
        return staged is DealChangedEvent { Status: DealStatus.Lost } lost ? lost with { ShowsWork = false } : staged;
    }

    /// <summary>Sets the stage to Repeat for a won deal whose type the map names.</summary>
    private static DealStateEvent WithType(DealStateEvent source, HubSpotObjectWire? deal, HubSpotOptions options) =>
        source.Status == DealStatus.Won && options.DealTypes.TryGet(deal?.Text("dealtype"), out var stage)
            ? source with { Meaning = new(DealStatus.Won, stage) } : source;
}
