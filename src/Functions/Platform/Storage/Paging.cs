using Azure.Data.Tables;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>The page of a list that a caller asks for.</summary>
/// <param name="Top">The most rows of the page.</param>
/// <param name="After">Where the page before ended; null for the first page.</param>
internal sealed record PageRequest(int Top, string? After = null)
{
    /// <summary>The most rows of any page.</summary>
    public const int Most = 1_000;

    /// <summary>Gets the longest first page.</summary>
    public static PageRequest First { get; } = new(Most);
}

/// <summary>A page of a list.</summary>
/// <param name="Next">Where the next page begins; null after the last. A page may be short, or even empty, and still
/// have a next.</param>
internal sealed record ListPage<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Reads single pages of a table, one request each, and removes rows.</summary>
internal static class Paging
{
    private const int RowsPerTransaction = 100;

    extension(TableClient table)
    {
        /// <summary>Reads a page of the rows that match a filter.</summary>
        /// <param name="columns">The columns to read; null for all.</param>
        public async Task<ListPage<TableEntity>> PageAsync(
            string filter, PageRequest page, IEnumerable<string>? columns, CancellationToken cancellationToken)
        {
            var pages = table.QueryAsync<TableEntity>(filter, page.Top, columns, cancellationToken).AsPages(page.After, page.Top);
            await foreach (var rows in pages)
            {
                return new(rows.Values, rows.ContinuationToken);
            }

            return new([], null);
        }

        /// <summary>Removes the rows that match a filter, a transaction for each hundred of a partition.</summary>
        public async Task RemoveAsync(string filter, CancellationToken cancellationToken)
        {
            await foreach (var page in table.QueryAsync<TableEntity>(
                filter, RowsPerTransaction, ["PartitionKey", "RowKey"], cancellationToken).AsPages())
            {
                foreach (var partition in page.Values.GroupBy(row => row.PartitionKey))
                {
                    await table.SubmitTransactionAsync(
                        partition.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row)), cancellationToken);
                }
            }
        }
    }
}
