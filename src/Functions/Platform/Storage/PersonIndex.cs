using Azure;
using Azure.Data.Tables;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>Finds the rows of a table that name a person: beside them it has a partition for each key, hashed. The row itself names
/// these partitions, so that they are removed with it.</summary>
internal static class PersonIndex
{
    private const string Prefix = "named-", Column = "Named";
    private const char Separator = '~';
    private const int AtOnce = 16;

    /// <summary>Writes the index of a row, before the row itself, so that an erasure in between misses nothing.</summary>
    public static async Task AddAsync(
        TableClient table, TableEntity row, IEnumerable<IdentityKey> named, PersonKeys keys, CancellationToken cancellationToken)
    {
        var partitions = named.Select(key => Prefix + keys.TableKeyOf(key)).Distinct().ToList();
        LongText.Write(row, Column, string.Join(',', partitions));
        await Parallel.ForEachAsync(partitions, Options(cancellationToken), async (partition, token) =>
            await table.UpsertEntityAsync(new TableEntity(partition, NameOf(row)), TableUpdateMode.Replace, token));
    }

    /// <summary>Returns partition and key of the rows that name a person.</summary>
    public static async Task<IReadOnlyList<(string Partition, string Row)>> FindAsync(
        TableClient table, IdentityKey key, PersonKeys keys, CancellationToken cancellationToken)
    {
        var found = new List<(string, string)>();
        foreach (var version in keys.Versions)
        {
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Prefix + version.TableKeyOf(key)}");
            await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken))
            {
                var name = row.RowKey.Split(Separator, 2);
                found.Add((name[0], name[1]));
            }
        }

        return found;
    }

    /// <summary>Removes the rows that name a person, with their index.</summary>
    public static async Task EraseAsync(TableClient table, IdentityKey key, PersonKeys keys, CancellationToken cancellationToken)
    {
        foreach (var (partition, row) in await FindAsync(table, key, keys, cancellationToken))
        {
            var named = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, null, cancellationToken);
            if (named.HasValue)
            {
                await RemoveAsync(table, named.Value!, ETag.All, cancellationToken);
            }
        }

        foreach (var version in keys.Versions)
        {
            // Left by a row that went without its index.
            var partition = Prefix + version.TableKeyOf(key);
            await foreach (var left in table.QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), select: ["RowKey"], cancellationToken: cancellationToken))
            {
                await table.DeleteEntityAsync(partition, left.RowKey, ETag.All, cancellationToken);
            }
        }
    }

    /// <summary>Removes a row, then its index.</summary>
    /// <exception cref="RequestFailedException">The row has another version: a conflict.</exception>
    public static async Task RemoveAsync(TableClient table, TableEntity row, ETag version, CancellationToken cancellationToken)
    {
        await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, version, cancellationToken);
        var partitions = LongText.Read(row, Column).Split(',', StringSplitOptions.RemoveEmptyEntries);
        await Parallel.ForEachAsync(partitions, Options(cancellationToken), async (partition, token) =>
            await table.DeleteEntityAsync(partition, NameOf(row), ETag.All, token));
    }

    private static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };

    private static string NameOf(TableEntity row) => $"{row.PartitionKey}{Separator}{row.RowKey}";
}
