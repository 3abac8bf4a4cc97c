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
        var dealIds = events.Where(LacksDeal).Select(source => source.DealId!).Distinct().ToList();
        var contactIds = events.Where(LacksContact).Select(source => source.People[0].Id).Distinct().ToList();
        var deals = client.DealsAsync(dealIds, cancellationToken);
        var people = client.ContactsOfDealsAsync(dealIds, cancellationToken);
        var contacts = client.ContactsAsync(contactIds, cancellationToken);
        await Task.WhenAll(deals, people, contacts);

        var enriched = new List<SourceEvent>();
        foreach (var source in events)
        {
            if (LacksDeal(source))
            {
                var state = (await deals).GetValueOrDefault(source.DealId!);
                var withPeople = WithPeople(source, (await people).GetValueOrDefault(source.DealId!, []), options);
                enriched.Add(
                    withPeople.DealStatus == DealStatus.Deleted
                        ? withPeople
                        : await WithDealAsync(withPeople, state, client, options, cancellationToken));
            }
            else if (LacksContact(source) && (await contacts).TryGetValue(source.People[0].Id, out var contact))
            {
                enriched.Add(WithContact(source, contact, options));
            }
            else
            {
                enriched.Add(source);
            }
        }

        return
        [
            .. enriched,
            .. await HubSpotMeeting.FoundAsync(events.Where(LacksContact), await contacts, client, options, cancellationToken),
        ];
    }

    /// <summary>Adds a contact's record to an event. The event's own values stay, because they
    /// were true at its time.</summary>
    private static SourceEvent WithContact(SourceEvent source, HubSpotObjectWire contact, HubSpotOptions options)
    {
        var email = source.SubjectEmail ?? (EmailAddress.TryParse(contact.Text("email"), out var address) ? address.Address : null);
        var phone = source.Profile?.Phone ?? contact.Text("phone");
        return source with
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

    private static bool LacksDeal(SourceEvent source) =>
        source.DealId is not null && (source.DealStatus != DealStatus.Deleted || source.Kind == SourceEventKind.AssociationChanged);

    private static bool LacksContact(SourceEvent source) => source is { DealId: null, People: [_, ..] }
        and not { Kind: SourceEventKind.ContactDeleted or SourceEventKind.ContactPrivacyDeleted or SourceEventKind.Ignored };

    /// <summary>Adds the people of a deal. A removed association still holds when another one
    /// links the same two records.</summary>
    private static SourceEvent WithPeople(SourceEvent source, IReadOnlyList<string> contacts, HubSpotOptions options) =>
        source.People.IsEmpty ? source with { People = [.. contacts.Select(id => IdentityKey.Person(options.Name, id))] }
        : source.DealStatus == DealStatus.Deleted && contacts.Contains(source.People[0].Id) ? source with { DealStatus = null }
        : source;

    private static async Task<SourceEvent> WithDealAsync(
        SourceEvent source, HubSpotObjectWire? deal, HubSpotClient client, HubSpotOptions options, CancellationToken cancellationToken)
    {
        var filled = source with
        {
            Amount = source.Amount ?? (source.Cleared.Contains(DealProperty.Amount) ? null : HubSpotMapper.Amount(deal?.Text("amount"))),
            Currency = source.Currency ?? (source.Cleared.Contains(DealProperty.Currency) ? null : deal?.Text("deal_currency_code")),
            Owner = source.Owner ?? (source.Cleared.Contains(DealProperty.Owner) ? null : deal?.Text("hubspot_owner_id")),
            NeedsEnrichment = [],
        };

        // These events do not carry the deal's stage, so the present stage counts.
        var asksState = source.Kind is SourceEventKind.ResyncRequired or SourceEventKind.AssociationChanged;
        var raw = asksState ? deal?.Text("dealstage") : source.ToStageRaw;
        if (raw is null || (!asksState && !source.Unmapped))
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
    ];

    /// <summary>Adds the meaning of the deal's stage: by the map, else by the pipeline's probability.</summary>
    public static async Task<SourceEvent> WithOutcomeAsync(
        SourceEvent source, string raw, HubSpotObjectWire? deal, HubSpotClient client, HubSpotOptions options,
        CancellationToken cancellationToken)
    {
        var meaning = options.DealStages.TryGet(raw, out var known) ? known : await client.OutcomeAsync(raw, cancellationToken);
        var staged = source with
        {
            Kind = source.Kind == SourceEventKind.AssociationChanged ? source.Kind : KindOf(meaning),
            ToStageRaw = raw,
            Stage = meaning?.Stage,
            Unmapped = meaning is null,
            DealStatus = meaning?.Status ?? DealStatus.Open,
            ShowsWork = source.ShowsWork && meaning?.Status != DealStatus.Lost,
        };
        return WithType(staged, deal, options);
    }

    /// <summary>Sets the stage to Repeat for a won deal whose type the map names.</summary>
    private static SourceEvent WithType(SourceEvent source, HubSpotObjectWire? deal, HubSpotOptions options) =>
        source.DealStatus == DealStatus.Won && options.DealTypes.TryGet(deal?.Text("dealtype"), out var stage)
            ? source with { Stage = stage } : source;

    private static SourceEventKind KindOf(DealStageMeaning? meaning) => meaning?.Status switch
    {
        DealStatus.Won => SourceEventKind.DealWon,
        DealStatus.Lost => SourceEventKind.DealLost,
        _ => SourceEventKind.DealStageChanged,
    };
}
