using System.Globalization;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Retention;

/// <summary>The keys of persons who were erased lately, hashed, in the table <c>Erasures</c>: a partition for each day. By them
/// one sweep serves all erasures.</summary>
internal sealed class GoneKeyStore(HubTables tables, PersonKeys persons, TimeProvider clock) : IErasable
{
    private const string Prefix = "gone-", AfterPrefix = "gone.", DayFormat = "yyyyMMdd";
    private const int RowsPerTransaction = 100;

    /// <summary>Notes the keys of an erased person. Idempotent.</summary>
    public async Task EraseAsync(IReadOnlyCollection<IdentityKey> keys, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        var partition = PartitionOf(clock.GetUtcNow());
        foreach (var some in keys.Select(persons.TableKeyOf).Distinct(StringComparer.Ordinal).Chunk(RowsPerTransaction))
        {
            await table.SubmitTransactionAsync(
                some.Select(hash => new TableTransactionAction(
                    TableTransactionActionType.UpsertReplace, new TableEntity(partition, hash))),
                cancellationToken);
        }
    }

    /// <summary>A no-op: the store names no leads.</summary>
    public Task EraseAsync(LeadId leadId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Returns all persons that are noted.</summary>
    internal async Task<GonePersons> ReadAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {Prefix} and PartitionKey lt {AfterPrefix}");
        var hashes = await table.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken)
            .Select(row => row.RowKey).ToHashSetAsync(StringComparer.Ordinal, cancellationToken);
        return new(hashes, persons);
    }

    /// <summary>Forgets the persons who were erased on days before that of a time.</summary>
    internal async Task RemoveOldAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {Prefix} and PartitionKey lt {PartitionOf(before)}");
        await table.RemoveAsync(filter, cancellationToken);
    }

    private static string PartitionOf(DateTimeOffset time) =>
        Prefix + time.UtcDateTime.ToString(DayFormat, CultureInfo.InvariantCulture);
}
