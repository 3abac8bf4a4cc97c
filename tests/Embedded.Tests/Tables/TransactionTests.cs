using Azure;
using Azure.Data.Tables;

namespace IntegrationHub.Embedded.Tests.Tables;

public sealed class TransactionTests(Azurite azurite) : TableTest(azurite)
{
    private static TableTransactionAction Do(TableTransactionActionType type, string row, string value = "new", ETag etag = default) =>
        new(type, new TableEntity("p", row) { ["A"] = value }, etag);

    private Task SubmitAsync(params TableTransactionAction[] actions) => Table.SubmitTransactionAsync(actions, Cancellation);

    private async Task<TableTransactionFailedException> FailsAt(int index, int status, string code, params TableTransactionAction[] actions)
    {
        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() => SubmitAsync(actions));
        Assert.Equal((status, code, index), (failure.Status, failure.ErrorCode, failure.FailedTransactionActionIndex));
        return failure;
    }

    [Fact]
    public async Task Every_kind_of_action_is_done_and_answered_in_order()
    {
        foreach (var row in new[] { "delete", "merge", "replace", "upmerge", "upreplace" })
        {
            await Table.AddEntityAsync(new TableEntity("p", row) { ["A"] = "old", ["B"] = "old" }, Cancellation);
        }

        var response = await Table.SubmitTransactionAsync(
        [
            Do(TableTransactionActionType.Add, "add"),
            Do(TableTransactionActionType.UpdateMerge, "merge", etag: (await ReadAsync("merge")).ETag),
            Do(TableTransactionActionType.UpdateReplace, "replace", etag: ETag.All),
            Do(TableTransactionActionType.Delete, "delete"),
            Do(TableTransactionActionType.UpsertMerge, "upmerge"),
            Do(TableTransactionActionType.UpsertReplace, "upreplace"),
            Do(TableTransactionActionType.UpsertMerge, "fresh"),
        ], Cancellation);

        Assert.Equal(202, response.GetRawResponse().Status);
        Assert.Equal(7, response.Value.Count);
        Assert.All(response.Value, answer => Assert.Equal((204, false), (answer.Status, answer.IsError)));
        Assert.False(await ExistsAsync("delete"));
        foreach (var (index, row, kept) in new[] { (0, "add", false), (1, "merge", true), (2, "replace", false), (4, "upmerge", true), (5, "upreplace", false), (6, "fresh", false) })
        {
            var read = await ReadAsync(row);
            Assert.Equal(("new", kept ? "old" : null), (read.GetString("A"), read.GetString("B")));
            Assert.Equal(read.ETag, response.Value[index].Headers.ETag);
        }
    }

    [Fact]
    public async Task A_conflict_undoes_all_and_says_which_action_it_was()
    {
        await Table.AddEntityAsync(new TableEntity("p", "there"), Cancellation);

        await FailsAt(2, 409, "EntityAlreadyExists",
            Do(TableTransactionActionType.Add, "a"), Do(TableTransactionActionType.UpsertMerge, "b"), Do(TableTransactionActionType.Add, "there"), Do(TableTransactionActionType.Add, "c"));

        Assert.Equal((false, false, false), (await ExistsAsync("a"), await ExistsAsync("b"), await ExistsAsync("c")));
        Assert.Null((await ReadAsync("there"))["A"]);
    }

    [Theory]
    [InlineData(TableTransactionActionType.UpdateMerge)]
    [InlineData(TableTransactionActionType.UpdateReplace)]
    [InlineData(TableTransactionActionType.Delete)]
    public async Task A_stale_version_undoes_all(TableTransactionActionType type)
    {
        await Table.AddEntityAsync(new TableEntity("p", "there") { ["A"] = "first" }, Cancellation);
        var stale = (await ReadAsync("there")).ETag;
        await Table.UpdateEntityAsync(new TableEntity("p", "there") { ["A"] = "second" }, ETag.All, cancellationToken: Cancellation);

        await FailsAt(1, 412, "UpdateConditionNotSatisfied", Do(TableTransactionActionType.Add, "a"), Do(type, "there", etag: stale));

        Assert.False(await ExistsAsync("a"));
        Assert.Equal("second", (await ReadAsync("there")).GetString("A"));
    }

    [Theory]
    [InlineData(TableTransactionActionType.UpdateMerge)]
    [InlineData(TableTransactionActionType.UpdateReplace)]
    [InlineData(TableTransactionActionType.Delete)]
    public async Task A_missing_entity_undoes_all(TableTransactionActionType type)
    {
        await FailsAt(1, 404, "ResourceNotFound", Do(TableTransactionActionType.Add, "a"), Do(type, "nobody", etag: ETag.All));

        Assert.False(await ExistsAsync("a"));
    }

    [Fact]
    public async Task An_update_without_version_inserts_what_is_missing()
    {
        await SubmitAsync(Do(TableTransactionActionType.UpdateMerge, "fresh"));

        Assert.Equal("new", (await ReadAsync("fresh")).GetString("A"));
    }

    [Fact]
    public async Task An_entity_stands_in_a_transaction_once()
    {
        var failure = await FailsAt(1, 400, "InvalidDuplicateRow", Do(TableTransactionActionType.Add, "a"), Do(TableTransactionActionType.UpsertMerge, "a"));

        Assert.Contains("only once", failure.Message, StringComparison.Ordinal);
        Assert.False(await ExistsAsync("a"));
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    public async Task Up_to_100_actions_are_done(int count)
    {
        var response = await Table.SubmitTransactionAsync(Enumerable.Range(0, count).Select(n => Do(TableTransactionActionType.Add, $"{n:000}")), Cancellation);

        Assert.Equal(count, response.Value.Count);
        Assert.Equal(count, await Table.QueryAsync<TableEntity>(cancellationToken: Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task More_than_100_actions_are_refused_as_a_whole()
    {
        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() =>
            Table.SubmitTransactionAsync(Enumerable.Range(0, 101).Select(n => Do(TableTransactionActionType.Add, $"{n:000}")), Cancellation));

        Assert.Equal((400, "InvalidInput"), (failure.Status, failure.ErrorCode));
        Assert.Empty(await Table.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Two_partitions_are_refused_as_a_whole()
    {
        // Azurite does such a transaction; the service does not.
        Assert.SkipWhen(Store.IsAzurite, "Azurite does not look at the partition keys of a transaction.");

        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() =>
            SubmitAsync(Do(TableTransactionActionType.Add, "a"), new(TableTransactionActionType.Add, new TableEntity("q", "a"))));

        Assert.Equal((400, "CommandsInBatchActOnDifferentPartitions"), (failure.Status, failure.ErrorCode));
        Assert.False(await ExistsAsync("a"));
    }

    [Fact]
    public async Task An_empty_transaction_is_refused_before_anything_is_sent()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => SubmitAsync());
        await Assert.ThrowsAsync<ArgumentNullException>(() => Table.SubmitTransactionAsync(null!, Cancellation));
    }

    [Fact]
    public async Task A_missing_table_is_told()
    {
        TableClient missing = new(Store.ConnectionString, "nosuchtable");

        var failure = await Assert.ThrowsAnyAsync<RequestFailedException>(() => missing.SubmitTransactionAsync([Do(TableTransactionActionType.Add, "a")], Cancellation));

        Assert.Equal((404, "TableNotFound"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task Keys_with_quotes_and_emoji_are_found_inside_a_transaction()
    {
        const string row = "it's 🚀 100% (a,b)=c";
        await SubmitAsync(Do(TableTransactionActionType.Add, row));
        await SubmitAsync(Do(TableTransactionActionType.UpdateMerge, row, "changed", ETag.All));
        Assert.Equal("changed", (await ReadAsync(row)).GetString("A"));

        await SubmitAsync(Do(TableTransactionActionType.Delete, row));
        Assert.False(await ExistsAsync(row));
    }

    [Fact]
    public async Task Classes_and_dictionaries_go_together()
    {
        await SubmitAsync(
            new(TableTransactionActionType.Add, new LeadEntity { RowKey = "class", Name = "Ada", Large = 7 }),
            new(TableTransactionActionType.Add, new TableEntity("p", "dictionary") { ["Large"] = 8L }));

        Assert.Equal(7, (await Table.GetEntityAsync<LeadEntity>("p", "class", cancellationToken: Cancellation)).Value.Large);
        Assert.Equal(8, (await ReadAsync("dictionary")).GetInt64("Large"));
    }

    [Fact]
    public async Task Many_transactions_at_once_do_not_mix()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), Cancellation, async (n, cancellation) =>
        {
            var response = await Table.SubmitTransactionAsync(
                Enumerable.Range(0, 5).Select(m => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity($"p{n}", $"{m}") { ["A"] = $"{n}/{m}" })), cancellation);
            Assert.Equal(5, response.Value.Count);
        });

        var all = await Table.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);
        Assert.Equal(320, all.Count);
        Assert.All(all, entity => Assert.Equal($"{entity.PartitionKey[1..]}/{entity.RowKey}", entity.GetString("A")));
    }
}
