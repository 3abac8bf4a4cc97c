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
                && source.Kind != SourceEventKind.ContactDeleted)
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
        source is { Kind: SourceEventKind.AssociationChanged or SourceEventKind.ResyncRequired, DealId: null }
            && source.ExternalIds.TryGetValue("opportunityContactRoleId", out var role)
            ? (PolledObject.OpportunityContactRole, role)
            : null;

    private static (PolledObject Type, string Id)? RecordOf(SourceEvent source) => source switch
    {
        { Kind: SourceEventKind.Ignored or SourceEventKind.DealDeleted } or { Kind: SourceEventKind.ContactDeleted, AsksRecord: false } =>
            null,
        { DealId: { } deal } => (PolledObject.Opportunity, deal),
        { People: [{ Id: var person }, ..] } when person.StartsWith(
            SalesforceId.LeadPrefix, StringComparison.Ordinal) => (PolledObject.Lead, person),
        { People: [{ Id: var person }, ..] } when person.StartsWith(
            SalesforceId.ContactPrefix, StringComparison.Ordinal) => (PolledObject.Contact, person),
        {
            Kind: SourceEventKind.Activity or SourceEventKind.ResyncRequired,
        } when source.ExternalIds.TryGetValue("taskId", out var task) => (PolledObject.Task, task),
        {
            Kind: SourceEventKind.ResyncRequired,
        } when source.ExternalIds.TryGetValue("eventId", out var booked) => (PolledObject.Event, booked),
        _ => null,
    };

    private static IEnumerable<SourceEvent> With(SourceEvent source, SalesforceRecord row, string? apiUser, SalesforceOptions options)
    {
        // The change is unknown, so the present row replaces the event, under the key that a poll gives it.
        if (source.Kind == SourceEventKind.ResyncRequired)
        {
            return SalesforceMapper.MapRow(row, apiUser, options).Select(mapped => mapped with { Restored = source.Restored });
        }

        if (source.Kind == SourceEventKind.ContactDeleted)
        {
            return row.IdOf("MasterRecordId") is null ? [source] : SalesforceMapper.MapRow(row, apiUser, options);
        }

        var complete = source with { NeedsEnrichment = [] };
        return row.Entity switch
        {
            "Opportunity" when source.Kind == SourceEventKind.AssociationChanged => [WithDeal(complete, row, options)],
            "Opportunity" => SalesforceMapper.WithPeople(
                complete with
                {
                    Amount = source.Amount ?? (source.Cleared.Contains(DealProperty.Amount) ? null : row.Number("Amount")),
                    Currency = source.Currency ?? (source.Cleared.Contains(DealProperty.Currency) ? null : row.Text("CurrencyIsoCode")),
                    Stage = source.Kind == SourceEventKind.DealWon ? SalesforceMapper.WonStage(row, options) : source.Stage,
                },
                row,
                options),
            "Task" => row.IdOf("WhoId") is { } who ? [complete with { People = [IdentityKey.Person(options.Name, who)] }] : [],
            _ => WithPerson(complete, row, options),
        };
    }

    /// <summary>Adds a deal to a role's event. A person who joins sees the deal's present state. A removed person stays
    /// when another role links them.</summary>
    private static SourceEvent WithDeal(SourceEvent source, SalesforceRecord row, SalesforceOptions options)
    {
        if (row.Flag("IsDeleted") == true || (source.DealStatus == DealStatus.Deleted && !SalesforceMapper.HasPerson(row, source.People)))
        {
            return source with { DealStatus = DealStatus.Deleted };
        }

        var deal = SalesforceMapper.DealOf(row, options);
        var since = row.Instant("SystemModstamp");
        return source with
        {
            OccurredAt = since > source.OccurredAt ? since : source.OccurredAt,
            OnlyIfKnown = false,
            DealStatus = deal.DealStatus,
            Stage = deal.Stage,
            ToStageRaw = deal.ToStageRaw,
            Unmapped = deal.Unmapped,
            Amount = deal.Amount,
            Currency = deal.Currency,
            Owner = deal.Owner,
            Cleared = deal.Cleared,
        };
    }

    private static IEnumerable<SourceEvent> WithPerson(SourceEvent source, SalesforceRecord row, SalesforceOptions options)
    {
        var profile = SalesforceMapper.ProfileOf(row, options);
        var email = source.SubjectEmail ?? (profile.Email is { Length: > 0 } address ? address : null);
        yield return source with
        {
            SubjectEmail = email,
            HubLeadId = source.HubLeadId ?? (LeadId.TryParse(row.Text(options.LeadExternalIdField), out var id) ? id : null),
            Profile = source.Profile is { } own ? SalesforceMapper.Over(own, profile) : profile,
        };
        foreach (var found in SalesforceMapper.StageOf(row, options).Where(_ => source.ToStageRaw is null))
        {
            yield return found with { Past = true, SubjectEmail = email };
        }

        if (row.Flag("HasOptedOutOfEmail") == true
            && source.Kind is SourceEventKind.ContactCreated or SourceEventKind.ContactUpdated or SourceEventKind.StageChanged)
        {
            yield return source with
            {
                Kind = SourceEventKind.ConsentUnsubscribed, DedupeKey = $"{source.DedupeKey}|optOut", SubjectEmail = email,
                ToStageRaw = null, Stage = null, Unmapped = false, Profile = null, ShowsWork = false, ReturnedReason = null,
                ReturnHeld = false,
            };
        }
    }
}
