using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Fills in what Salesforce's change events and outbound messages lack, from the records as they are now.</summary>
internal static class SalesforceEnrichment
{
    /// <summary>Asks for what the events lack: one query for each 200 records of an object. A relation that is known by its id alone is read first, and then the deal that it is about.</summary>
    public static async Task<IReadOnlyList<SourceEvent>> RunAsync(IReadOnlyList<SourceEvent> events, SalesforceClient client, SalesforceOptions options, CancellationToken cancellationToken)
    {
        var roles = await RowsAsync(events.Select(RoleOf), client, cancellationToken);
        var related = events.SelectMany(source => RoleOf(source) is { } role && roles.TryGetValue(role.Id, out var row) ? SalesforceMapper.MapRow(row, client.UserId, options) : [source]).ToList();
        var found = await RowsAsync(related.Select(RecordOf), client, cancellationToken);
        return [.. related
            .SelectMany(source => RecordOf(source) is { } record && found.TryGetValue(record.Id, out var row) ? With(source, row, client.UserId, options) : [source])
            .DistinctBy(source => source.DedupeKey)];
    }

    private static async Task<Dictionary<string, SalesforceRecord>> RowsAsync(IEnumerable<(PolledObject Type, string Id)?> records, SalesforceClient client, CancellationToken cancellationToken)
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

    /// <summary>The relation that an event is about, where it does not say whose and which deal's it is.</summary>
    private static (PolledObject Type, string Id)? RoleOf(SourceEvent source) =>
        source is { Kind: SourceEventKind.AssociationChanged or SourceEventKind.ResyncRequired, DealId: null } && source.ExternalIds.TryGetValue("opportunityContactRoleId", out var role)
            ? (PolledObject.OpportunityContactRole, role)
            : null;

    private static (PolledObject Type, string Id)? RecordOf(SourceEvent source) => source switch
    {
        { Kind: SourceEventKind.Ignored or SourceEventKind.DealDeleted } or { Kind: SourceEventKind.ContactDeleted, AsksRecord: false } => null,
        { DealId: { } deal } => (PolledObject.Opportunity, deal),
        { People: [{ Id: var person }, ..] } when person.StartsWith(SalesforceId.LeadPrefix, StringComparison.Ordinal) => (PolledObject.Lead, person),
        { People: [{ Id: var person }, ..] } when person.StartsWith(SalesforceId.ContactPrefix, StringComparison.Ordinal) => (PolledObject.Contact, person),
        { Kind: SourceEventKind.Activity or SourceEventKind.ResyncRequired } when source.ExternalIds.TryGetValue("taskId", out var task) => (PolledObject.Task, task),
        { Kind: SourceEventKind.ResyncRequired } when source.ExternalIds.TryGetValue("eventId", out var booked) => (PolledObject.Event, booked),
        _ => null,
    };

    private static IEnumerable<SourceEvent> With(SourceEvent source, SalesforceRecord row, string? apiUser, SalesforceOptions options)
    {
        // Nothing is known of what happened: the row as it is now takes the event's place, under the key that a poll gives it.
        if (source.Kind == SourceEventKind.ResyncRequired)
        {
            return SalesforceMapper.MapRow(row, apiUser, options).Select(told => told with { Restored = source.Restored });
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
                },
                row,
                options),
            "Task" => row.IdOf("WhoId") is { } who ? [complete with { People = [IdentityKey.Person(options.Name, who)] }] : [],
            _ => WithPerson(complete, row, options),
        };
    }

    /// <summary>
    /// Somebody who joins a deal sees it as it stands, from when both were so. Somebody who was taken off it is off it unless they are on it by another role still.
    /// </summary>
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
        };
    }

    private static IEnumerable<SourceEvent> WithPerson(SourceEvent source, SalesforceRecord row, SalesforceOptions options)
    {
        var told = SalesforceMapper.ProfileOf(row, options);
        var email = source.SubjectEmail ?? (told.Email is { Length: > 0 } address ? address : null);
        yield return source with
        {
            SubjectEmail = email,
            HubLeadId = source.HubLeadId ?? (LeadId.TryParse(row.Text(options.LeadExternalIdField), out var id) ? id : null),
            Profile = source.Profile is { } said ? SalesforceMapper.Over(said, told) : told,
        };
        if (row.Flag("HasOptedOutOfEmail") == true && source.Kind is SourceEventKind.ContactCreated or SourceEventKind.ContactUpdated or SourceEventKind.StageChanged)
        {
            yield return source with
            {
                Kind = SourceEventKind.ConsentUnsubscribed, DedupeKey = $"{source.DedupeKey}|optOut", SubjectEmail = email,
                ToStageRaw = null, Stage = null, Unmapped = false, Profile = null, ShowsWork = false, ReturnedReason = null, ReturnHeld = false,
            };
        }
    }
}
