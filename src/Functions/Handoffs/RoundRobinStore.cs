using System.Collections.Immutable;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>That somebody is to get a handoff. It stands before the handoff's own ledger says so, so that a repeat finds the same person.</summary>
/// <param name="HandoffId">The handoff.</param>
/// <param name="LeadId">Whose.</param>
/// <param name="Number">Zero-based number of this assignment within the handoff.</param>
/// <param name="Assignment">To whom, and why.</param>
public sealed record Reservation(string HandoffId, LeadId LeadId, int Number, Assignment Assignment);

/// <summary>The roundRobins as they stand in the table.</summary>
/// <param name="ETag">The version; null where nothing is stored yet.</param>
/// <param name="LastInTurn">Who had the last turn, by rota.</param>
/// <param name="Reservations">Who is to get, or waits with, which handoff; among them handoffs that have been taken up since.</param>
public sealed record RoundRobinTurns(ETag? ETag, ImmutableDictionary<string, string> LastInTurn, ImmutableArray<Reservation> Reservations)
{
    /// <summary>What routing needs of it to find somebody for a handoff, which itself does not count.</summary>
    public RoundRobinBoard BoardFor(string handoffId) => new(
        LastInTurn,
        Reservations.Where(reserved => reserved.HandoffId != handoffId).GroupBy(reserved => reserved.Assignment.Owner).ToImmutableDictionary(owner => owner.Key, owner => owner.Count()));
}

/// <summary>
/// The table <c>RoundRobinTurns</c>: one partition, in which one row says whose turn it was and one row for each handoff who is to get it. Both are written in one transaction under the first row's ETag, so
/// that nobody has two turns and nobody gets more than they have room for, however many hubs run.
/// </summary>
public sealed class RoundRobinStore(HubTables tables) : IErasable
{
    private const string Partition = "turns";
    private const string TurnsRow = "0-turns";
    private const string HandoffPrefix = "handoff-";

    /// <summary>As this process last left or read them. A reservation on turns that are out of date is a conflict, and drops them.</summary>
    private volatile RoundRobinTurns? _known;

    /// <summary>The turns as this process knows them, else as the table has them. Reservations that others removed since may be among them.</summary>
    public async Task<RoundRobinTurns> FindAsync(CancellationToken cancellationToken) => _known ?? await LoadAsync(cancellationToken);

    /// <summary>Reads them all.</summary>
    public async Task<RoundRobinTurns> LoadAsync(CancellationToken cancellationToken)
    {
        var roundRobins = new RoundRobinTurns(null, ImmutableDictionary<string, string>.Empty, []);
        var reservations = ImmutableArray.CreateBuilder<Reservation>();
        var table = await tables.GetAsync(HubTables.RoundRobinTurns, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken))
        {
            if (row.RowKey == TurnsRow)
            {
                roundRobins = roundRobins with { ETag = row.ETag, LastInTurn = JsonSerializer.Deserialize<ImmutableDictionary<string, string>>(LongText.Read(row, "Json"), HubJson.Options)! };
            }
            else
            {
                reservations.Add(JsonSerializer.Deserialize<Reservation>(LongText.Read(row, "Json"), HubJson.Options)!);
            }
        }

        return _known = roundRobins with { Reservations = reservations.ToImmutable() };
    }

    /// <summary>Reserves somebody for a handoff, in the place of whom it lay with before, and moves the turn on.</summary>
    /// <param name="read">The roundRobins the decision was made on.</param>
    /// <param name="lastInTurn">Who has had the last turn then, by rota.</param>
    /// <param name="reservation">For whom.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="RequestFailedException">Somebody else has written since (a conflict): to be decided again.</exception>
    public async Task ReserveAsync(RoundRobinTurns read, ImmutableDictionary<string, string> lastInTurn, Reservation reservation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(reservation);
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
        _known = new(answers.Value[0].Headers.ETag, lastInTurn, [.. read.Reservations.Where(reserved => reserved.HandoffId != reservation.HandoffId), reservation]);
    }

    /// <summary>Removes what is reserved for a handoff. Removing what is gone is fine.</summary>
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
        ArgumentNullException.ThrowIfNull(leadId);
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
