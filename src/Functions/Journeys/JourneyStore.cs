using System.Collections.Immutable;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// The table <c>Journeys</c>: one partition a lead, so that one transaction commits the journey row, the new facts and the outbox. Loading is one request, saving is one.
/// Row keys are unique in the whole table: Azurite looks rows up by them before it looks at the partition.
/// </summary>
public sealed class JourneyStore(HubTables tables)
{
    /// <summary>The most facts that one commit takes; the rest of a transaction's hundred actions is for the journey row and the outbox.</summary>
    public const int FactsPerCommit = 80;

    /// <summary>Sorts before the other rows: where a lead takes several pages, facts may be newer than the ETag, which the commit notices, but never older.</summary>
    private const string JourneyPrefix = "0-journey-";

    private const string FactPrefix = "fact-";
    private const string OutboxPrefix = "outbox-";
    private const int OutboxRowsPerCommit = 9;
    private const int ActionsPerTransaction = 100;

    /// <summary>Loads a lead; a record without an ETag when nothing is stored.</summary>
    public async Task<JourneyRecord> LoadAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var facts = ImmutableDictionary.CreateBuilder<string, Fact>();
        var outbox = new List<FunnelEvent>();
        var record = JourneyRecord.New(leadId);
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        await foreach (var row in journeys.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {leadId.Value}"), cancellationToken: cancellationToken))
        {
            if (row.RowKey.StartsWith(FactPrefix, StringComparison.Ordinal))
            {
                var fact = JsonSerializer.Deserialize<Fact>(LongText.Read(row, "Json"), HubJson.Options)!;
                facts[fact.DedupeKey] = fact;
            }
            else if (row.RowKey.StartsWith(OutboxPrefix, StringComparison.Ordinal))
            {
                outbox.Add(JsonSerializer.Deserialize<FunnelEvent>(LongText.Read(row, "Json"), HubJson.Options)!);
            }
            else
            {
                record = record with { ETag = row.ETag, State = record.State with { Ledger = ReadLedger(row) } };
            }
        }

        return record with { State = record.State with { Facts = facts.ToImmutable() }, Unpublished = [.. outbox.OrderBy(e => e.At).ThenBy(e => e.Id, StringComparer.Ordinal)] };
    }

    /// <summary>Saves what was decided in one atomic write.</summary>
    /// <param name="before">The record the decision was made on.</param>
    /// <param name="state">The state to keep.</param>
    /// <param name="journey">The journey of that state, for its summary in the row; null for a lead without facts.</param>
    /// <param name="newFacts">The facts that are not stored yet, or stored with other content; at most <see cref="FactsPerCommit"/>.</param>
    /// <param name="events">What is to be published: kept in the outbox until it is.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="StaleJourneyException">Somebody else saved since <paramref name="before"/> was loaded.</exception>
    public async Task<JourneyRecord> SaveAsync(
        JourneyRecord before, JourneyState state, Journey? journey, IReadOnlyList<Fact> newFacts, IReadOnlyList<FunnelEvent> events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(state);
        var partition = state.LeadId.Value;
        var goneOutbox = before.Published.Take(OutboxRowsPerCommit).ToList();
        List<TableTransactionAction> actions =
        [
            before.ETag is { } etag
                ? new(TableTransactionActionType.UpdateReplace, ToRow(state, journey), etag)
                : new(TableTransactionActionType.Add, ToRow(state, journey)),
            .. newFacts.Select(fact => new TableTransactionAction(
                before.State.Facts.ContainsKey(fact.DedupeKey) ? TableTransactionActionType.UpdateReplace : TableTransactionActionType.Add,
                JsonRow(partition, FactRow(fact), JsonSerializer.Serialize<Fact>(fact, HubJson.Options)),
                ETag.All)),
            .. events.Select(e => new TableTransactionAction(TableTransactionActionType.UpsertReplace, JsonRow(partition, OutboxPrefix + e.Id, JsonSerializer.Serialize<FunnelEvent>(e, HubJson.Options)))),
            .. goneOutbox.Select(id => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(partition, OutboxPrefix + id), ETag.All)),
        ];

        try
        {
            var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
            var answer = await journeys.SubmitTransactionAsync(actions, cancellationToken);
            return new(state, answer.Value[0].Headers.ETag, [.. before.Unpublished, .. events], [.. before.Published.Skip(goneOutbox.Count)]);
        }
        catch (RequestFailedException failure) when (IsConflict(failure))
        {
            throw new StaleJourneyException(state.LeadId, failure);
        }
    }

    /// <summary>Leaves of a lead nothing but a ledger: no fact, no summary, nothing to be published. Repeating it removes what a crash left.</summary>
    /// <param name="before">The record as loaded: all its rows go.</param>
    /// <param name="ledger">What stays.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    /// <exception cref="StaleJourneyException">Somebody else saved since <paramref name="before"/> was loaded; nothing was removed.</exception>
    public async Task EmptyAsync(JourneyRecord before, JourneyLedger ledger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(before);
        var leadId = before.State.LeadId;
        var row = ToRow(JourneyState.New(leadId) with { Ledger = ledger }, null);
        string[] gone = [.. before.State.Facts.Values.Select(FactRow), .. before.Unpublished.Select(e => e.Id).Concat(before.Published).Distinct().Select(id => OutboxPrefix + id)];
        List<TableTransactionAction> actions =
        [
            before.ETag is { } etag ? new(TableTransactionActionType.UpdateReplace, row, etag) : new(TableTransactionActionType.Add, row),
            .. gone.Select(key => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(leadId.Value, key), ETag.All)),
        ];
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        try
        {
            foreach (var transaction in actions.Chunk(ActionsPerTransaction))
            {
                await journeys.SubmitTransactionAsync(transaction, cancellationToken);
            }
        }
        catch (RequestFailedException failure) when (IsConflict(failure))
        {
            throw new StaleJourneyException(leadId, failure);
        }
    }

    /// <summary>Removes the row that says that a lead was erased, so that the lead may be made again.</summary>
    public async Task RemoveAsync(JourneyRecord erased, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(erased);
        var journeys = await tables.GetAsync(HubTables.Journeys, cancellationToken);
        await journeys.DeleteEntityAsync(erased.State.LeadId.Value, JourneyPrefix + erased.State.LeadId.Value, erased.ETag ?? ETag.All, cancellationToken);
    }

    private static bool IsConflict(RequestFailedException failure) => failure.Status is 404 or 409 or 412 && failure.ErrorCode != "TableNotFound";

    private static string FactRow(Fact fact) => FactPrefix + TableKey.Hash(fact.DedupeKey);

    private static TableEntity ToRow(JourneyState state, Journey? journey)
    {
        var row = new TableEntity(state.LeadId.Value, JourneyPrefix + state.LeadId.Value);
        if (journey is not null)
        {
            row["Stage"] = journey.Stage.ToString();
            row["Owner"] = journey.Owner;
            row["EnteredAt"] = journey.EnteredAt;
            row["Hash"] = journey.Hash;
        }

        LongText.Write(row, "Ledger", JsonSerializer.Serialize(state.Ledger, HubJson.Options));
        return row;
    }

    private static JourneyLedger ReadLedger(TableEntity row) => JsonSerializer.Deserialize<JourneyLedger>(LongText.Read(row, "Ledger"), HubJson.Options)!;

    private static TableEntity JsonRow(string partition, string key, string json)
    {
        var row = new TableEntity(partition, key);
        LongText.Write(row, "Json", json);
        return row;
    }
}
