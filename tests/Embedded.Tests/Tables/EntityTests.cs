using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace IntegrationHub.Embedded.Tests.Tables;

public sealed class EntityTests(Azurite azurite) : TableTest(azurite)
{
    private static TableEntity Entity(string row = "r", string value = "one") => new("p", row) { ["A"] = value };

    [Fact]
    public async Task An_added_entity_is_read_back_with_time_and_version()
    {
        var added = await Table.AddEntityAsync(Entity(), Cancellation);

        var read = await ReadAsync("r");

        Assert.Equal(204, added.Status);
        Assert.Equal(("p", "r", "one"), (read.PartitionKey, read.RowKey, read.GetString("A")));
        Assert.Equal(added.Headers.ETag, read.ETag);
        Assert.StartsWith("W/\"datetime'", read.ETag.ToString(), StringComparison.Ordinal);
        Assert.InRange(read.Timestamp!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.Equal(["A", "PartitionKey", "RowKey", "Timestamp", "odata.etag"], read.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Adding_twice_is_a_conflict_and_changes_nothing()
    {
        await Table.AddEntityAsync(Entity(), Cancellation);

        var failure = await FailsAsync(409, "EntityAlreadyExists", () => Table.AddEntityAsync(Entity(value: "two"), Cancellation));

        Assert.True(failure.ErrorCode == TableErrorCode.EntityAlreadyExists);
        Assert.Equal("one", (await ReadAsync("r")).GetString("A"));
    }

    [Fact]
    public async Task A_missing_entity_is_404_or_no_value()
    {
        await FailsAsync(404, "ResourceNotFound", () => Table.GetEntityAsync<TableEntity>("p", "nobody", cancellationToken: Cancellation));

        var maybe = await Table.GetEntityIfExistsAsync<TableEntity>("p", "nobody", cancellationToken: Cancellation);

        Assert.False(maybe.HasValue);
        Assert.Equal(404, maybe.GetRawResponse().Status);
        Assert.Throws<InvalidOperationException>(() => maybe.Value);
    }

    [Fact]
    public async Task An_existing_entity_has_a_value()
    {
        await Table.AddEntityAsync(Entity(), Cancellation);

        var maybe = await Table.GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancellation);

        Assert.True(maybe.HasValue);
        Assert.Equal("one", maybe.Value!.GetString("A"));
    }

    [Fact]
    public async Task Every_write_makes_a_new_version()
    {
        var first = (await Table.UpsertEntityAsync(Entity(), cancellationToken: Cancellation)).Headers.ETag;
        var second = (await Table.UpdateEntityAsync(Entity(), ETag.All, cancellationToken: Cancellation)).Headers.ETag;

        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await ReadAsync("r")).ETag);
    }

    [Theory]
    [InlineData(TableUpdateMode.Merge)]
    [InlineData(TableUpdateMode.Replace)]
    public async Task A_stale_version_is_refused_and_changes_nothing(TableUpdateMode mode)
    {
        await Table.AddEntityAsync(Entity(), Cancellation);
        var stale = (await ReadAsync("r")).ETag;
        await Table.UpdateEntityAsync(Entity(value: "two"), stale, mode, Cancellation);

        await FailsAsync(412, "UpdateConditionNotSatisfied", () => Table.UpdateEntityAsync(Entity(value: "three"), stale, mode, Cancellation));

        Assert.Equal("two", (await ReadAsync("r")).GetString("A"));
    }

    [Fact]
    public async Task Any_version_will_do_when_the_caller_says_so()
    {
        await Table.AddEntityAsync(Entity(), Cancellation);

        await Table.UpdateEntityAsync(Entity(value: "two"), ETag.All, cancellationToken: Cancellation);

        Assert.Equal("two", (await ReadAsync("r")).GetString("A"));
    }

    [Fact]
    public async Task An_update_needs_a_version_and_an_entity()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Table.UpdateEntityAsync(Entity(), default, cancellationToken: Cancellation));
        await FailsAsync(404, "ResourceNotFound", () => Table.UpdateEntityAsync(Entity(), ETag.All, cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData(TableUpdateMode.Merge, true)]
    [InlineData(TableUpdateMode.Replace, false)]
    public async Task Merge_keeps_what_is_not_named_and_replace_drops_it(TableUpdateMode mode, bool kept)
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = "one", ["B"] = "old" }, Cancellation);

        await Table.UpdateEntityAsync(Entity(value: "two"), ETag.All, mode, Cancellation);

        var read = await ReadAsync("r");
        Assert.Equal(("two", kept ? "old" : null), (read.GetString("A"), read.GetString("B")));
    }

    [Theory]
    [InlineData(TableUpdateMode.Merge, true)]
    [InlineData(TableUpdateMode.Replace, false)]
    public async Task Upsert_inserts_and_then_merges_or_replaces(TableUpdateMode mode, bool kept)
    {
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = "one", ["B"] = "old" }, mode, Cancellation);

        await Table.UpsertEntityAsync(Entity(value: "two"), mode, Cancellation);

        var read = await ReadAsync("r");
        Assert.Equal(("two", kept ? "old" : null), (read.GetString("A"), read.GetString("B")));
    }

    [Fact]
    public async Task A_null_is_not_stored_and_does_not_remove_what_is()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = "one", ["B"] = null }, Cancellation);
        Assert.False((await ReadAsync("r")).ContainsKey("B"));

        await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["A"] = null }, ETag.All, cancellationToken: Cancellation);

        Assert.Equal("one", (await ReadAsync("r")).GetString("A"));
    }

    [Fact]
    public async Task Deleting_takes_the_entity_and_deleting_again_is_no_failure()
    {
        await Table.AddEntityAsync(Entity(), Cancellation);

        var first = await Table.DeleteEntityAsync("p", "r", cancellationToken: Cancellation);
        var second = await Table.DeleteEntityAsync("p", "r", cancellationToken: Cancellation);

        Assert.Equal((204, 404), (first.Status, second.Status));
        Assert.False(await ExistsAsync("r"));
    }

    [Fact]
    public async Task Deleting_a_stale_version_is_refused()
    {
        await Table.AddEntityAsync(Entity(), Cancellation);
        var stale = await ReadAsync("r");
        await Table.UpdateEntityAsync(Entity(value: "two"), ETag.All, cancellationToken: Cancellation);

        await FailsAsync(412, "UpdateConditionNotSatisfied", () => Table.DeleteEntityAsync("p", "r", stale.ETag, Cancellation));
        Assert.True(await ExistsAsync("r"));

        // Deleting by entity goes by its keys alone: the version it carries is not the condition.
        Assert.Equal(204, (await Table.DeleteEntityAsync(stale, cancellationToken: Cancellation)).Status);
    }

    [Fact]
    public async Task Only_the_selected_properties_come_back()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = "one", ["B"] = 2 }, Cancellation);

        var read = (await Table.GetEntityAsync<TableEntity>("p", "r", ["B", "RowKey"], Cancellation)).Value;

        Assert.Equal((null, 2, "r"), (read.GetString("A"), read.GetInt32("B"), read.RowKey));
    }

    [Theory]
    [InlineData("it's", "o''clock")]
    [InlineData("", "")]
    [InlineData("a b+c&d=e%20", "(x),{y};z:@!$*~|<>\"")]
    [InlineData("Grüße, 世界", "🚀👩‍👩‍👧")]
    [InlineData("..", ".")]
    public async Task Keys_may_hold_anything_that_is_not_forbidden(string partition, string row)
    {
        await Table.AddEntityAsync(new TableEntity(partition, row) { ["A"] = "one" }, Cancellation);
        Assert.Equal("one", (await ReadAsync(row, partition)).GetString("A"));

        await Table.UpdateEntityAsync(new TableEntity(partition, row) { ["A"] = "two" }, ETag.All, TableUpdateMode.Replace, Cancellation);
        var found = await Table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey eq {row}"), cancellationToken: Cancellation)
            .ToListAsync(Cancellation);

        Assert.Equal(("two", partition, row), (Assert.Single(found).GetString("A"), found[0].PartitionKey, found[0].RowKey));
        Assert.Equal(204, (await Table.DeleteEntityAsync(partition, row, cancellationToken: Cancellation)).Status);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a\tb")]
    [InlineData("a\u0085b")]
    public async Task Forbidden_characters_in_a_key_are_refused(string key)
    {
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => Table.AddEntityAsync(new TableEntity("p", key), Cancellation));

        // The service's code is OutOfRangeInput; Azurite's is InvalidInput for whatever it does not like.
        Assert.Equal((400, Store.IsAzurite ? "InvalidInput" : "OutOfRangeInput"), (failure.Status, failure.ErrorCode));
    }

    [Theory]
    [InlineData(511, true)]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public async Task A_key_has_at_most_512_characters(int length, bool fits)
    {
        var failure = await Record.ExceptionAsync(() => Table.AddEntityAsync(new TableEntity("p", new string('k', length)), Cancellation));

        Assert.Equal(fits ? null : 400, (failure as RequestFailedException)?.Status);
    }

    [Fact]
    public async Task Keys_must_be_given()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(() => Table.GetEntityAsync<TableEntity>(null!, "r", cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Table.DeleteEntityAsync("p", null!, cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Table.AddEntityAsync<TableEntity>(null!, Cancellation));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Table.UpsertEntityAsync(new TableEntity { RowKey = "r" }, cancellationToken: Cancellation));
        await FailsAsync(400, "PropertiesNeedValue", () => Table.AddEntityAsync(new TableEntity { PartitionKey = "p" }, Cancellation));
    }

    [Fact]
    public async Task Nothing_is_sent_for_a_caller_who_has_gone()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Table.AddEntityAsync(Entity(), new CancellationToken(canceled: true)));

        Assert.False(await ExistsAsync("r"));
    }

    [Fact]
    public async Task Of_two_writers_with_one_version_exactly_one_wins()
    {
        await Table.AddEntityAsync(Entity(), Cancellation);
        var version = (await ReadAsync("r")).ETag;

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(async n =>
            await Record.ExceptionAsync(() => Table.UpdateEntityAsync(Entity(value: $"writer {n}"), version, cancellationToken: Cancellation))));

        Assert.Single(results, failure => failure is null);
        Assert.All(results.OfType<RequestFailedException>(), failure => Assert.Equal(412, failure.Status));
    }
}
