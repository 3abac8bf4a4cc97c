using Azure;
using Azure.Data.Tables;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A place for one record of one kind in one tool.</summary>
/// <param name="Place">The tool and the kind of record, hashed.</param>
/// <param name="Record">The record, hashed.</param>
public sealed record Seat(string Place, string Record)
{
    /// <summary>The seat of a record.</summary>
    public static Seat Of(IdentityKey record, string kind)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new($"p{TableKey.Hash($"{record.Connector}|{kind}")}", TableKey.Hash(record.Canonical));
    }

    /// <summary>Whether two different records claim one place: two records of one kind in one tool, which are two persons as far as that tool knows.</summary>
    public static bool AreRivals(IEnumerable<Seat> seats) => seats.Distinct().GroupBy(seat => seat.Place).Any(place => place.Count() > 1);
}

/// <summary>
/// Which records sit with a lead, in the table <c>Identities</c>: one row a lead, written under its ETag, so that of two records of one kind that meet at a common address at the same time
/// only one is taken for the person's. Records that are gone have no seat.
/// </summary>
public sealed class SeatStore(HubTables tables)
{
    /// <summary>The seats taken with a lead.</summary>
    public async Task<IReadOnlyList<Seat>> TakenAsync(LeadId leadId, CancellationToken cancellationToken) => SeatsOf(await FindAsync(leadId, cancellationToken));

    /// <summary>Seats records with a lead.</summary>
    /// <param name="leadId">The lead.</param>
    /// <param name="seats">The seats to take.</param>
    /// <param name="certain">Whether the tool itself says that the records are this person's; without, a rival's place is not taken.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <returns>False where a rival sits there already: nothing was changed.</returns>
    public async Task<bool> TrySeatAsync(LeadId leadId, IReadOnlyCollection<Seat> seats, bool certain, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seats);
        var seated = true;
        if (seats.Count > 0)
        {
            await ChangeAsync(leadId, taken =>
            {
                seated = certain || !Seat.AreRivals([.. taken, .. seats]);
                return seated ? [.. taken.Union(seats)] : taken;
            }, cancellationToken);
        }

        return seated;
    }

    /// <summary>Takes the seat of a record that is gone.</summary>
    public Task UnseatAsync(LeadId leadId, Seat seat, CancellationToken cancellationToken) => ChangeAsync(leadId, taken => [.. taken.Where(other => other != seat)], cancellationToken);

    /// <summary>Forgets a lead that is no more.</summary>
    public async Task RemoveAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        await identities.DeleteEntityAsync(leadId.Value, RowOf(leadId), ETag.All, cancellationToken);
    }

    private async Task ChangeAsync(LeadId leadId, Func<IReadOnlyList<Seat>, IReadOnlyList<Seat>> change, CancellationToken cancellationToken)
    {
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        while (true)
        {
            var row = await FindAsync(leadId, cancellationToken);
            var taken = SeatsOf(row);
            var next = change(taken);
            if (next.Count == taken.Count)
            {
                return;
            }

            try
            {
                var changed = ToRow(leadId, next);
                await (row is null ? identities.AddEntityAsync(changed, cancellationToken) : identities.UpdateEntityAsync(changed, row.ETag, TableUpdateMode.Replace, cancellationToken));
                return;
            }
            catch (RequestFailedException conflict) when (conflict.IsConflict())
            {
                // Somebody else was quicker: decided again with what they left.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<TableEntity?> FindAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var identities = await tables.GetAsync(HubTables.Identities, cancellationToken);
        var row = await identities.GetEntityIfExistsAsync<TableEntity>(leadId.Value, RowOf(leadId), null, cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static IReadOnlyList<Seat> SeatsOf(TableEntity? row) => row is null ? [] :
        [.. row.Where(column => column is { Key: ['p', ..], Value: string }).SelectMany(column => ((string)column.Value).Split(',').Select(record => new Seat(column.Key, record)))];

    private static TableEntity ToRow(LeadId leadId, IReadOnlyList<Seat> seats)
    {
        var row = new TableEntity(leadId.Value, RowOf(leadId));
        foreach (var place in seats.GroupBy(seat => seat.Place))
        {
            row[place.Key] = string.Join(',', place.Select(seat => seat.Record));
        }

        return row;
    }

    private static string RowOf(LeadId leadId) => $"seats-{leadId}";
}
