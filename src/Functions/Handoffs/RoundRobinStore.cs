using System.Collections.Immutable;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Reserves a handoff for a person before the handoff's own ledger records it, so that a repeat
/// finds the same person.</summary>
/// <param name="Number">Zero-based number of this assignment within the handoff.</param>
internal sealed record Reservation(string HandoffId, LeadId LeadId, int Number, Assignment Assignment);

/// <summary>The turns and reservations of the table.</summary>
/// <param name="ETag">The version; null when nothing is stored.</param>
/// <param name="LastInTurn">The owner of the last turn, by route.</param>
/// <param name="Reservations">The reserved handoffs, including some that were accepted since.</param>
internal sealed record RoundRobinTurns(ETag? ETag, ImmutableDictionary<string, string> LastInTurn, ImmutableArray<Reservation> Reservations)
{
    /// <summary>Returns the board for routing a handoff, which does not count itself.</summary>
    public RoundRobinBoard BoardFor(string handoffId) => new(
        LastInTurn,
        Reservations.Where(reserved => reserved.HandoffId != handoffId)
            .GroupBy(reserved => reserved.Assignment.Owner).ToImmutableDictionary(owner => owner.Key, owner => owner.Count()));
}

/// <summary>The table <c>RoundRobinTurns</c>: one row with the last turns, and one for each reserved handoff. Both
/// are written in one transaction under the first row's ETag. So nobody has two turns or exceeds their capacity,
/// however many instances run. There are at most as many reservations as the owners have room for, so the partition is
/// short.</summary>
internal sealed class RoundRobinStore(HubTables tables) : IErasable
{
    private const string Partition = "turns";
    private const string TurnsRow = "0-turns";
    private const string HandoffPrefix = "handoff-";

    /// <summary>The turns that this process last saw. A reservation on outdated turns is a conflict, and drops them.</summary>
    private volatile RoundRobinTurns? _known;

    /// <summary>Returns the cached turns, else those of the table. May have reservations that others removed since.</summary>
    public async Task<RoundRobinTurns> FindAsync(CancellationToken cancellationToken) => _known ?? await LoadAsync(cancellationToken);

    public async Task<RoundRobinTurns> LoadAsync(CancellationToken cancellationToken)
    {
        var roundRobins = new RoundRobinTurns(null, ImmutableDictionary<string, string>.Empty, []);
        var reservations = ImmutableArray.CreateBuilder<Reservation>();
        var table = await tables.GetAsync(HubTables.RoundRobinTurns, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken))
        {
            if (row.RowKey == TurnsRow)
            {
                roundRobins = roundRobins with
                {
                    ETag = row.ETag,
                    LastInTurn = JsonSerializer.Deserialize<ImmutableDictionary<string, string>>(
                        LongText.Read(row, "Json"), HubJson.Options)!,
                };
            }
            else
            {
                reservations.Add(JsonSerializer.Deserialize<Reservation>(LongText.Read(row, "Json"), HubJson.Options)!);
            }
        }

        return _known = roundRobins with { Reservations = reservations.ToImmutable() };
    }

    /// <summary>Reserves a handoff in place of its former owner, and moves the turn on.</summary>
    /// <param name="read">The turns that the decision was based on.</param>
    /// <param name="lastInTurn">The new last turns, by route.</param>
    /// <exception cref="RequestFailedException">A conflict: decide again.</exception>
    public async Task ReserveAsync(
        RoundRobinTurns read, ImmutableDictionary<string, string> lastInTurn, Reservation reservation, CancellationToken cancellationToken)
    {
        var turns = ToRow(TurnsRow, lastInTurn);
        var row = ToRow(HandoffPrefix + reservation.HandoffId, reservation);
        row["LeadId"] = reservation.LeadId.Value;
        TableTransactionAction[] actions =
        [
            read.ETag is { } etag ? new(TableTransactionActionType.UpdateReplace, turns, etag) : new(TableTransactionActionType.Add, turns),
            new(TableTransactionActionType.UpsertReplace, row),
        ];
        var table = await tables.GetAsync(HubTables.RoundRobinTurns, cancellationToken);
        _known = null;
        var answers = await table.SubmitTransactionAsync(actions, cancellationToken);
        _known = new(
            answers.Value[0].Headers.ETag,
            lastInTurn,
            [.. read.Reservations.Where(reserved => reserved.HandoffId != reservation.HandoffId), reservation]);
    }

    /// <summary>Removes a handoff's reservation. Idempotent.</summary>
    public async Task RemoveAsync(string handoffId, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.RoundRobinTurns, cancellationToken);
        await table.DeleteEntityAsync(Partition, HandoffPrefix + handoffId, ETag.All, cancellationToken);
        if (_known is { } known)
        {
            _known = known with { Reservations = [.. known.Reservations.Where(reserved => reserved.HandoffId != handoffId)] };
        }
    }

    /// <inheritdoc/>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.RoundRobinTurns, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and LeadId eq {leadId.Value}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken))
        {
            await table.DeleteEntityAsync(Partition, row.RowKey, ETag.All, cancellationToken);
        }

        _known = null;
    }

    private static TableEntity ToRow<T>(string key, T value)
    {
        var row = new TableEntity(Partition, key);
        LongText.Write(row, "Json", JsonSerializer.Serialize(value, HubJson.Options));
        return row;
    }
}
