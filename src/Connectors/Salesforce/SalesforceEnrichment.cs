using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Adds what Salesforce's change events and outbound messages lack, from the present records.</summary>
internal static class SalesforceEnrichment
{
    /// <summary>Enriches events with one query for each 200 records of an object. A role that is known by id only is
    /// read first, then its deal.</summary>
    public static async Task<IReadOnlyList<SourceEvent>> RunAsync(
        IReadOnlyList<SourceEvent> events, SalesforceClient client, SalesforceOptions options, CancellationToken cancellationToken)
    {
        var roles = await RowsAsync(events.Select(RoleOf), client, cancellationToken);
        var related = events.SelectMany(source =>
            RoleOf(source) is { } role && roles.TryGetValue(role.Id, out var row)
                ? SalesforceMapper.MapRow(row, client.UserId, options) : [source])
            .ToList();
        var found = await RowsAsync(related.Select(RecordOf), client, cancellationToken);
        var met = related.Where(source =>
            RecordOf(source) is { Type: PolledObject.Contact } contact
                && found.ContainsKey(contact.Id)
                && source is not ContactDeletedEvent)
            .ToList();
        var deals = await DealsOfAsync(met, client, options, cancellationToken);
        return [.. related
            .SelectMany(source =>
                RecordOf(source) is { } record && found.TryGetValue(record.Id, out var row)
                    ? With(source, row, client.UserId, options) : [source])
            .Concat(deals)
            .DistinctBy(source => source.DedupeKey)];
    }

    /// <summary>Reads the deals of new contacts as of their last change. They cause no alerts.</summary>
    private static async Task<IReadOnlyList<SourceEvent>> DealsOfAsync(
        IReadOnlyList<SourceEvent> met, SalesforceClient client, SalesforceOptions options, CancellationToken cancellationToken)
    {
        var rows = await client.DealsOfAsync([.. met.Select(source => source.People[0].Id).Distinct()], cancellationToken);
        return
        [
            .. from row in rows
               let deal = SalesforceMapper.DealOf(row, options)
               from person in met.Select(source => source.People[0]).Distinct()
               where SalesforceMapper.HasPerson(row, [person])
               select deal with { DedupeKey = $"{deal.DedupeKey}|met|{person.Id}", People = [person], Past = true },
        ];
    }

    private static async Task<Dictionary<string, SalesforceRecord>> RowsAsync(
        IEnumerable<(PolledObject Type, string Id)?> records, SalesforceClient client, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, SalesforceRecord>();
        foreach (var type in records.OfType<(PolledObject Type, string Id)>().Distinct().GroupBy(record => record.Type))
        {
            foreach (var (id, row) in await client.RowsAsync(type.Key, [.. type.Select(record => record.Id)], cancellationToken))
            {
                found[id] = row;
            }
        }

        return found;
    }

    /// <summary>Returns the role that an event is about when the event names neither
    /// its contact nor its deal.</summary>
    private static (PolledObject Type, string Id)? RoleOf(SourceEvent source) =>
        source is RelationChangedEvent or ResyncEvent { DealId: null }
            && source.ExternalIds.TryGetValue("opportunityContactRoleId", out var role)
            ? (PolledObject.OpportunityContactRole, role)
            : null;

    private static (PolledObject Type, string Id)? RecordOf(SourceEvent source) => source switch
    {
        DealDeletedEvent or ContactDeletedEvent { AsksRecord: false } => null,
        DealEvent deal => (PolledObject.Opportunity, deal.DealId),
        ResyncEvent { DealId: { } deal } => (PolledObject.Opportunity, deal),
        PersonEvent or ResyncEvent => PersonOf(source) ?? ActivityOf(source),
        _ => null,
    };

    private static (PolledObject Type, string Id)? PersonOf(SourceEvent source) => source.People switch
    {
        [{ Id: var id }, ..] when id.StartsWith(SalesforceId.LeadPrefix, StringComparison.Ordinal) => (PolledObject.Lead, id),
        [{ Id: var id }, ..] when id.StartsWith(SalesforceId.ContactPrefix, StringComparison.Ordinal) => (PolledObject.Contact, id),
        _ => null,
    };

    private static (PolledObject Type, string Id)? ActivityOf(SourceEvent source) => source switch
    {
        ActivityEvent or ResyncEvent when source.ExternalIds.TryGetValue("taskId", out var task) => (PolledObject.Task, task),
        ResyncEvent when source.ExternalIds.TryGetValue("eventId", out var booked) => (PolledObject.Event, booked),
        _ => null,
    };

    private static IEnumerable<SourceEvent> With(SourceEvent source, SalesforceRecord row, string? apiUser, SalesforceOptions options) =>
        source switch
        {
            // The change is unknown, so the present row replaces the event, under the key that a poll gives it.
            ResyncEvent resync => SalesforceMapper.MapRow(row, apiUser, options)
                .Select(mapped => mapped is PersonEvent person ? person with { Restored = resync.Restored } : mapped),
            ContactDeletedEvent when row.IdOf("MasterRecordId") is null => [source],
            ContactDeletedEvent => SalesforceMapper.MapRow(row, apiUser, options),
            AssociationAddedEvent or AssociationRemovedEvent when row.Entity == "Opportunity" =>
                [WithDeal((DealEvent)source with { NeedsEnrichment = [] }, row, options)],
            DealChangedEvent deal when row.Entity == "Opportunity" =>
                SalesforceMapper.WithPeople(Completed(deal, row, options), row, options),
            _ when row.Entity == "Task" =>
                row.IdOf("WhoId") is { } who
                    ? [source with { NeedsEnrichment = [], People = [IdentityKey.Person(options.Name, who)] }]
                    : [],
            PersonEvent person => WithPerson(person with { NeedsEnrichment = [] }, row, options),
            _ => [source],
        };

    private static DealChangedEvent Completed(DealChangedEvent source, SalesforceRecord row, SalesforceOptions options) =>
        Completed(source, row, SalesforceMapper.DealOf(row, options), options);

    private static DealChangedEvent Completed(
        DealChangedEvent source, SalesforceRecord row, DealChangedEvent now, SalesforceOptions options) => source with
        {
            NeedsEnrichment = [],
            Amount = source.Amount ?? (source.Cleared.Contains(DealProperty.Amount) ? null : now.Amount),
            Currency = source.Currency ?? (source.Cleared.Contains(DealProperty.Currency) ? null : now.Currency),
            ClosedOn = source.ClosedOn ?? (source.Cleared.Contains(DealProperty.ClosedOn) ? null : now.ClosedOn),
            LostReason = source.LostReason ?? (source.Cleared.Contains(DealProperty.LostReason) ? null : now.LostReason),
            Meaning = source.Status == DealStatus.Won ? new(DealStatus.Won, SalesforceMapper.WonStage(row, options)) : source.Meaning,
        };

    /// <summary>Adds a deal to a role's event. A person who joins sees the deal's present state. A removed person stays
    /// when another role links them.</summary>
    private static DealEvent WithDeal(DealEvent source, SalesforceRecord row, SalesforceOptions options)
    {
        var relation = source switch
        {
            AssociationAddedEvent added => added.RelationId,
            AssociationRemovedEvent removed => removed.RelationId,
            _ => null,
        };
        if (row.Flag("IsDeleted") == true
            || (source is AssociationRemovedEvent && !SalesforceMapper.HasPerson(row, source.People)))
        {
            return source as AssociationRemovedEvent ?? new AssociationRemovedEvent(source)
            {
                DealId = source.DealId, RelationId = relation,
            };
        }

        var deal = SalesforceMapper.DealOf(row, options);
        var since = row.Instant("SystemModstamp");
        return new AssociationAddedEvent(source)
        {
            DealId = source.DealId,
            RelationId = relation,
            OccurredAt = since > source.OccurredAt ? since : source.OccurredAt,
            ToStageRaw = deal.ToStageRaw,
            Meaning = deal.Meaning,
            Amount = deal.Amount,
            Currency = deal.Currency,
            Owner = deal.Owner,
            ClosedOn = deal.ClosedOn,
            LostReason = deal.LostReason,
            Cleared = deal.Cleared,
        };
    }

    private static IEnumerable<SourceEvent> WithPerson(PersonEvent source, SalesforceRecord row, SalesforceOptions options)
    {
        var profile = SalesforceMapper.ProfileOf(row, options);
        var email = source.SubjectEmail ?? (profile.Email is { Length: > 0 } address ? address : null);
        yield return source with
        {
            SubjectEmail = email,
            HubLeadId = source.HubLeadId ?? (LeadId.TryParse(row.Text(options.LeadExternalIdField), out var id) ? id : null),
            Profile = source.Profile is { } own ? ProfileFields.Over(own, profile) : profile,
        };
        if (source is not IStageEvent { ToStageRaw: not null })
        {
            foreach (var found in SalesforceMapper.StageOf(row, options))
            {
                yield return found with { Past = true, SubjectEmail = email };
            }
        }

        if (row.Flag("HasOptedOutOfEmail") == true
            && source is ContactCreatedEvent or ContactUpdatedEvent or StageChangedEvent or HandoffReturnedEvent)
        {
            yield return new ConsentChangedEvent(source)
            {
                Consent = MailConsent.Unsubscribed, DedupeKey = $"{source.DedupeKey}|optOut", SubjectEmail = email,
                OnlyIfKnown = source.OnlyIfKnown, IsPartial = source.IsPartial, ShowsRecord = source.ShowsRecord,
            };
        }
    }
}
