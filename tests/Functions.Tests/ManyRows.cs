using Azure.Data.Tables;

namespace IntegrationHub.Functions.Tests;

/// <summary>How many rows a counted test adds before it counts again. <c>HUB_TEST_ROWS</c> sets another number, for a
/// run with as many as production may have.</summary>
internal static class ManyRows
{
    public static int Count { get; } = Amount.Of("HUB_TEST_ROWS", 2_000);

    /// <summary>Adds rows, a hundred in a transaction.</summary>
    public static Task AddAsync(TableClient table, IEnumerable<TableEntity> rows, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        rows.GroupBy(row => row.PartitionKey).SelectMany(partition => partition.Chunk(100)),
        new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
        async (chunk, token) => await table.SubmitTransactionAsync(chunk.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), token));
}
