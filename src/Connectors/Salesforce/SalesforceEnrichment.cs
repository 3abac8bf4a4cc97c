using IntegrationHub.Connectors.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Fills in what Salesforce's change events and outbound messages lack, from the records as they are now.</summary>
internal static class SalesforceEnrichment
{
    /// <summary>Asks for what the events lack: one query for each 200 records of an object.</summary>
    public static async Task<IReadOnlyList<SourceEvent>> RunAsync(IReadOnlyList<SourceEvent> events, SalesforceClient client, SalesforceOptions options, CancellationToken cancellationToken)
    {
        var asked = events.Select(RecordOf).OfType<(PolledObject Type, string Id)>().Distinct().ToList();
        var found = new Dictionary<string, SalesforceRecord>();
        foreach (var type in asked.GroupBy(record => record.Type))
        {
            foreach (var (id, row) in await client.RowsAsync(type.Key, [.. type.Select(record => record.Id)], cancellationToken))
            {
                found[id] = row;
            }
        }

        return [.. events.SelectMany(source => RecordOf(source) is { } record && found.TryGetValue(record.Id, out var row) ? With(source, row, client.UserId, options) : [source])
            .DistinctBy(source => source.DedupeKey)];
    }

    private static (PolledObject Type, string Id)? RecordOf(SourceEvent source) => source switch
    {
        { Kind: SourceEventKind.Ignored or SourceEventKind.ContactDeleted or SourceEventKind.DealDeleted or SourceEventKind.AssociationChanged } => null,
        { DealId: { } deal } => (PolledObject.Opportunity, deal),
        { People: [{ Id: var person }, ..] } when person.StartsWith(SalesforceId.LeadPrefix, StringComparison.Ordinal) => (PolledObject.Lead, person),
        { People: [{ Id: var person }, ..] } when person.StartsWith(SalesforceId.ContactPrefix, StringComparison.Ordinal) => (PolledObject.Contact, person),
        { Kind: SourceEventKind.Activity } when source.ExternalIds.TryGetValue("taskId", out var task) => (PolledObject.Task, task),
        _ => null,
    };

    private static IEnumerable<SourceEvent> With(SourceEvent source, SalesforceRecord row, string? apiUser, SalesforceOptions options)
    {
        // Nothing is known of what happened: the row as it is now takes the event's place, under the key that a poll gives it.
        if (source.Kind == SourceEventKind.ResyncRequired)
        {
            return SalesforceMapper.MapRow(row, apiUser, options).Select(told => told with { Restored = source.Restored });
        }

        var complete = source with { NeedsEnrichment = [] };
        return row.Entity switch
        {
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
