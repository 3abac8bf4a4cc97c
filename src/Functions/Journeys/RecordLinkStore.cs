using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Links a tool's record to a lead. A lead has at most one record of a kind in a tool.</summary>
/// <param name="Place">The hash of tool and kind of record.</param>
/// <param name="Record">The hash of the record. It is shorter than the record and hides nothing: it stands beside facts
/// that name the record, and goes with them.</param>
internal sealed record RecordLink(string Place, string Record)
{
    public static RecordLink Of(IdentityKey record, string kind) =>
        new($"p{TableKey.Hash($"{record.Connector}|{kind}")}", TableKey.Hash(record.Canonical));

    /// <summary>Formats links as one text.</summary>
    internal static string Format(IEnumerable<RecordLink> recordLinks) =>
        string.Join(',', recordLinks.Select(link => $"{link.Place}={link.Record}"));

    /// <summary>Parses the result of <see cref="Format"/>; nothing for null.</summary>
    internal static IReadOnlyList<RecordLink> Parse(string? text) =>
        text is null ? [] : [.. text.Split(',').Select(link => link.Split('=')).Select(link => new RecordLink(link[0], link[1]))];

    /// <summary>Whether two records of one kind in one tool are among the links, which are two
    /// persons for that tool.</summary>
    public static bool AreRivals(IEnumerable<RecordLink> recordLinks) =>
        recordLinks.Distinct().GroupBy(link => link.Place).Any(place => place.Count() > 1);
}

/// <summary>The record links of leads: one row beside the journey, written under its ETag. Of two records of one kind
/// that meet at an address at the same time, only one is linked. Deleted records have no link. A new lead's row is
/// written with its first facts.</summary>
internal sealed class RecordLinkStore(HubTables tables) : IErasable
{
    /// <summary>Returns the record links of a lead.</summary>
    public async Task<IReadOnlyList<RecordLink>> TakenAsync(LeadId leadId, CancellationToken cancellationToken) =>
        RecordLinksOf(await FindAsync(leadId, cancellationToken));

    /// <summary>Links records with a lead.</summary>
    /// <param name="certain">Whether the tool itself says that the records are this person's; otherwise a
    /// rival's place is not taken.</param>
    /// <returns>False when a rival has the place. Nothing was changed.</returns>
    public async Task<bool> TryLinkAsync(
        LeadId leadId, IReadOnlyCollection<RecordLink> recordLinks, bool certain, CancellationToken cancellationToken)
    {
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

    /// <summary>Removes the link of a deleted record.</summary>
    public Task UnlinkAsync(LeadId leadId, RecordLink seat, CancellationToken cancellationToken) =>
        ChangeAsync(leadId, taken => [.. taken.Where(other => other != seat)], cancellationToken);

    /// <inheritdoc/>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        await journeys.DeleteEntityAsync(leadId.Value, RowOf(leadId), ETag.All, cancellationToken);
    }

    private async Task ChangeAsync(
        LeadId leadId, Func<IReadOnlyList<RecordLink>, IReadOnlyList<RecordLink>> change, CancellationToken cancellationToken)
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
            await (row is null
                ? journeys.AddEntityAsync(changed, token)
                : journeys.UpdateEntityAsync(changed, row.ETag, TableUpdateMode.Replace, token));
        }, cancellationToken);
    }

    private async Task<TableEntity?> FindAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        var row = await journeys.GetEntityIfExistsAsync<TableEntity>(leadId.Value, RowOf(leadId), null, cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static IReadOnlyList<RecordLink> RecordLinksOf(TableEntity? row) => row is null ? [] :
        [
            .. row.Where(column => column is { Key: ['p', ..], Value: string })
                .SelectMany(column => ((string)column.Value).Split(',').Select(record => new RecordLink(column.Key, record))),
        ];

    /// <summary>Converts links to a row. Merged into an existing row it keeps the other places.</summary>
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
