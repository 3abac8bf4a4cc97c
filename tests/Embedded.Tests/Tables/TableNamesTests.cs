using Azure.Data.Tables;

namespace IntegrationHub.Embedded.Tests.Tables;

public sealed class TableNamesTests(Azurite azurite) : TableTest(azurite)
{
    private TableServiceClient Service => new(Store.ConnectionString);

    [Fact]
    public async Task Creating_twice_is_a_conflict_unless_the_caller_does_not_mind()
    {
        await FailsAsync(409, "TableAlreadyExists", () => Table.CreateAsync(Cancellation));
        await FailsAsync(409, "TableAlreadyExists", () => Service.CreateTableAsync(Table.Name, Cancellation));

        Assert.Equal(Table.Name, (await Table.CreateIfNotExistsAsync(Cancellation)).Value.Name);
        Assert.Equal(409, (await Service.CreateTableIfNotExistsAsync(Table.Name, Cancellation)).GetRawResponse().Status);
    }

    [Fact]
    public async Task Deleting_a_table_twice_is_no_failure()
    {
        Assert.Equal(204, (await Service.DeleteTableAsync(Table.Name, Cancellation)).Status);
        Assert.Equal(404, (await Service.DeleteTableAsync(Table.Name, Cancellation)).Status);
        await FailsAsync(404, "TableNotFound", () => Table.AddEntityAsync(new TableEntity("p", "r"), Cancellation));
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("1abc")]
    [InlineData("with-dash")]
    public async Task A_bad_name_is_refused(string name)
    {
        var failure = await Assert.ThrowsAsync<Azure.RequestFailedException>(() => Service.CreateTableAsync(name, Cancellation));

        Assert.Equal(400, failure.Status);
    }

    [Fact]
    public async Task Tables_are_listed_by_filter_and_in_pages()
    {
        var prefix = $"l{Guid.NewGuid():N}";
        foreach (var letter in new[] { "a", "b", "c" })
        {
            await Service.CreateTableAsync($"{prefix}{letter}", Cancellation);
        }

        // An interpolated string alone would be taken as a plain one, without quotes; the type makes it a FormattableString.
        FormattableString filter = $"TableName ge {prefix} and TableName lt {prefix + "z"}";
        var pages = await Service.QueryAsync(filter, maxPerPage: 2, Cancellation).AsPages().ToListAsync(Cancellation);
        var one = await Service.QueryAsync(table => table.Name == prefix + "b", cancellationToken: Cancellation).SingleAsync(Cancellation);

        Assert.Equal([$"{prefix}a", $"{prefix}b", $"{prefix}c"], pages.SelectMany(page => page.Values).Select(table => table.Name));
        Assert.Equal(2, pages.Count);
        Assert.Equal($"{prefix}b", one.Name);
        foreach (var letter in new[] { "a", "b", "c" })
        {
            await Service.DeleteTableAsync($"{prefix}{letter}", Cancellation);
        }
    }

    [Fact]
    public async Task A_table_of_the_service_is_the_table()
    {
        await Service.GetTableClient(Table.Name).AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, Cancellation);

        Assert.Equal(1, (await ReadAsync("r")).GetInt32("A"));
        Assert.Equal(Table.Uri, Service.GetTableClient(Table.Name).Uri);
        Assert.EndsWith($"/{Table.Name}", Table.Uri.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(Service.AccountName, Table.AccountName);
    }
}
