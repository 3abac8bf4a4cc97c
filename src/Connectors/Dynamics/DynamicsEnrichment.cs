using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>Adds what execution contexts lack, from the present records: addresses, profiles, a deal's contact and
/// currency.</summary>
internal sealed class DynamicsEnrichment(DynamicsClient client, DynamicsOptions options)
{
    /// <summary>Enriches events with one query for each 50 records of a table.</summary>
    public async Task<IReadOnlyList<SourceEvent>> RunAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken)
    {
        var deals = await client.RowsAsync(
            DynamicsTable.Opportunities, events.Select(DealOf).OfType<string>(), cancellationToken);
        var contacts = deals.Values.Select(ContactOf).OfType<string>().Select(id => DynamicsId.Of(DynamicsId.Contact, id));
        var people = await PeopleAsync(
            events.SelectMany(source => source is ResyncEvent or LeadEvent ? source.People : []).Select(person => person.Id)
                .Concat(contacts),
            cancellationToken);
        var enriched = new List<SourceEvent>();
        foreach (var source in events)
        {
            enriched.AddRange(await WithAsync(source, deals, people, cancellationToken));
        }

        return [.. enriched.DistinctBy(source => source.DedupeKey)];
    }

    private async Task<Dictionary<string, DynamicsRecord>> PeopleAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, DynamicsRecord>(StringComparer.Ordinal);
        foreach (var table in ids.Select(DynamicsId.Split).OfType<(string Table, string Guid)>().Distinct().GroupBy(id => id.Table)
            .ToList())
        {
            var read = table.Key == DynamicsId.Lead ? DynamicsTable.Leads : DynamicsTable.Contacts;
            foreach (var (guid, row) in await client.RowsAsync(read, table.Select(id => id.Guid), cancellationToken))
            {
                found[DynamicsId.Of(table.Key, guid)] = row;
            }
        }

        return found;
    }

    private async Task<IEnumerable<SourceEvent>> WithAsync(
        SourceEvent source, Dictionary<string, DynamicsRecord> deals, Dictionary<string, DynamicsRecord> people,
        CancellationToken cancellationToken)
    {
        switch (source)
        {
            case ResyncEvent { DealId: { } id }:
                return deals.TryGetValue(id, out var changed)
                    ? await WithDealsAsync(DynamicsMapper.MapRow(changed, options), changed, people, cancellationToken) : [source];
            case ResyncEvent { People: [var person, ..] }:
                return people.TryGetValue(person.Id, out var row) ? DynamicsMapper.MapRow(row, options) : [source];
            case DealDeletedEvent or AssociationRemovedEvent or ContactMergedEvent or ContactDeletedEvent:
                return [source with { NeedsEnrichment = [] }];
            case DealEvent { DealId: var dealId } deal:
                return deals.TryGetValue(dealId, out var there)
                    ? await WithDealsAsync([deal], there, people, cancellationToken) : [deal with { NeedsEnrichment = [] }];
            case PersonEvent { People: [var about, ..] } told when people.TryGetValue(about.Id, out var record):
                return WithPerson(told, record);
            default:
                return [source with { NeedsEnrichment = [] }];
        }
    }

    /// <summary>Adds a deal's contact and currency, and what its record says of the contact.</summary>
    private async Task<IEnumerable<SourceEvent>> WithDealsAsync(
        IEnumerable<SourceEvent> sources, DynamicsRecord row, Dictionary<string, DynamicsRecord> people,
        CancellationToken cancellationToken)
    {
        var currency = row.IdOf("transactioncurrencyid") is { } id ? await client.CurrencyAsync(id, cancellationToken) : null;
        var contact = ContactOf(row) is { } guid ? IdentityKey.Person(options.Name, DynamicsId.Of(DynamicsId.Contact, guid)) : null;
        var person = contact is not null && people.TryGetValue(contact.Id, out var found) ? found : null;
        var profile = person is null ? null : DynamicsMapper.ProfileOf(person, mayBeWithheld: true, options);
        var events = new List<SourceEvent>();
        foreach (var source in sources)
        {
            var email = source.SubjectEmail ?? profile?.Email;
            var full = source with
            {
                NeedsEnrichment = [],
                SubjectEmail = email,
                People = contact is null || !source.People.IsEmpty ? source.People : [contact],
            };
            events.Add(full is DealStateEvent state ? state with { Currency = state.Currency ?? currency } : full);
            if (contact is not null && profile is not null)
            {
                events.Add(new ContactUpdatedEvent(source)
                {
                    DedupeKey = $"{source.DedupeKey}|{contact.Id}", People = [contact], SubjectEmail = profile.Email ?? email,
                    Profile = profile,
                });
            }
        }

        return events;
    }

    private IEnumerable<SourceEvent> WithPerson(PersonEvent source, DynamicsRecord record)
    {
        var profile = DynamicsMapper.ProfileOf(record, mayBeWithheld: true, options);
        var full = source with
        {
            NeedsEnrichment = [],
            SubjectEmail = source.SubjectEmail ?? profile.Email,
            HubLeadId = source.HubLeadId ?? (LeadId.TryParse(record.Text(options.LeadKey), out var id) ? id : null),
            Profile = source.Profile is { } said ? ProfileFields.Over(said, profile) : profile,
        };
        yield return full;
        if (source is not ConsentChangedEvent
            && (record.Flag(DynamicsMapper.NoMail) == true || record.Flag(DynamicsMapper.NoBulkMail) == true))
        {
            yield return new ConsentChangedEvent(full)
            {
                Consent = MailConsent.Unsubscribed, DedupeKey = $"{source.DedupeKey}|optOut", OnlyIfKnown = source.OnlyIfKnown,
            };
        }
    }

    private static string? DealOf(SourceEvent source) => source switch
    {
        DealDeletedEvent => null,
        DealEvent deal => deal.DealId,
        ResyncEvent { DealId: var id } => id,
        _ => null,
    };

    private static string? ContactOf(DynamicsRecord deal) =>
        deal.IdOf("parentcontactid") ?? (deal.TableOf("customerid") == DynamicsId.Contact ? deal.IdOf("customerid") : null);
}
