using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A place for one record of one kind in one tool.</summary>
/// <param name="Place">The tool and the kind of record, hashed.</param>
/// <param name="Record">The record, hashed.</param>
public sealed record RecordLink(string Place, string Record)
{
    /// <summary>The seat of a record.</summary>
    public static RecordLink Of(IdentityKey record, string kind)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new($"p{TableKey.Hash($"{record.Connector}|{kind}")}", TableKey.Hash(record.Canonical));
    }

    /// <summary>Writes places as one text.</summary>
    internal static string Format(IEnumerable<RecordLink> recordLinks) => string.Join(',', recordLinks.Select(link => $"{link.Place}={link.Record}"));

    /// <summary>Reads what <see cref="Format"/> wrote; nothing for null.</summary>
    internal static IReadOnlyList<RecordLink> Parse(string? text) =>
        text is null ? [] : [.. text.Split(',').Select(link => link.Split('=')).Select(link => new RecordLink(link[0], link[1]))];

    /// <summary>Whether two different records claim one place: two records of one kind in one tool, which are two persons as far as that tool knows.</summary>
    public static bool AreRivals(IEnumerable<RecordLink> recordLinks) => recordLinks.Distinct().GroupBy(link => link.Place).Any(place => place.Count() > 1);
}

/// <summary>
/// Which records sit with a lead: one row beside its journey, written under its ETag, so that of two records of one kind
/// that meet at a common address at the same time only one is taken for the person's. Records that are gone have no link.
/// The row of a new lead is written with its first facts.
/// </summary>
public sealed class RecordLinkStore(HubTables tables)
{
    /// <summary>Returns the record links of a lead.</summary>
    public async Task<IReadOnlyList<RecordLink>> TakenAsync(LeadId leadId, CancellationToken cancellationToken) => RecordLinksOf(await FindAsync(leadId, cancellationToken));

    /// <summary>Links records with a lead.</summary>
    /// <param name="leadId">The lead.</param>
    /// <param name="recordLinks">The links to take.</param>
    /// <param name="certain">Whether the tool itself says that the records are this person's; without, a rival's place is not taken.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <returns>False where a rival sits there already: nothing was changed.</returns>
    public async Task<bool> TryLinkAsync(LeadId leadId, IReadOnlyCollection<RecordLink> recordLinks, bool certain, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recordLinks);
        var seated = true;
        if (recordLinks.Count > 0)
        {
            await ChangeAsync(leadId, taken =>
            {
                seated = certain || !RecordLink.AreRivals([.. taken, .. recordLinks]);
                return seated ? [.. taken.Union(recordLinks)] : taken;
            }, cancellationToken);
        }

        return seated;
    }

    /// <summary>Takes the seat of a record that is gone.</summary>
    public Task UnlinkAsync(LeadId leadId, RecordLink seat, CancellationToken cancellationToken) => ChangeAsync(leadId, taken => [.. taken.Where(other => other != seat)], cancellationToken);

    /// <summary>Forgets a lead that is no more.</summary>
    public async Task RemoveAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        await journeys.DeleteEntityAsync(leadId.Value, RowOf(leadId), ETag.All, cancellationToken);
    }

    private async Task ChangeAsync(LeadId leadId, Func<IReadOnlyList<RecordLink>, IReadOnlyList<RecordLink>> change, CancellationToken cancellationToken)
    {
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var row = await FindAsync(leadId, token);
            var taken = RecordLinksOf(row);
            var next = change(taken);
            if (next.Count == taken.Count)
            {
                return;
            }

            var changed = ToRow(leadId, next);
            await (row is null ? journeys.AddEntityAsync(changed, token) : journeys.UpdateEntityAsync(changed, row.ETag, TableUpdateMode.Replace, token));
        }, cancellationToken);
    }

    private async Task<TableEntity?> FindAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        var row = await journeys.GetEntityIfExistsAsync<TableEntity>(leadId.Value, RowOf(leadId), null, cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static IReadOnlyList<RecordLink> RecordLinksOf(TableEntity? row) => row is null ? [] :
        [.. row.Where(column => column is { Key: ['p', ..], Value: string }).SelectMany(column => ((string)column.Value).Split(',').Select(record => new RecordLink(column.Key, record)))];

    /// <summary>The row as it stands in the table. Merged into one that is there, it leaves other places as they are.</summary>
    internal static TableEntity ToRow(LeadId leadId, IReadOnlyList<RecordLink> recordLinks)
    {
        var row = new TableEntity(leadId.Value, RowOf(leadId));
        foreach (var place in recordLinks.GroupBy(link => link.Place))
        {
            row[place.Key] = string.Join(',', place.Select(link => link.Record));
        }

        return row;
    }

    private static string RowOf(LeadId leadId) => $"records-{leadId}";
}
