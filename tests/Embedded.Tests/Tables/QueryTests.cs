using Azure;
using Azure.Data.Tables;

namespace IntegrationHub.Embedded.Tests.Tables;

public sealed class QueryTests(Azurite azurite) : TableTest(azurite)
{
    private static readonly DateTimeOffset Time = new(2026, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);
    private static readonly Guid Id = new("0f8fad5b-d9cb-469f-a165-70867728950e");

    private async Task FillAsync(int count, string partition = "p")
    {
        foreach (var chunk in Enumerable.Range(0, count).Chunk(100))
        {
            await Table.SubmitTransactionAsync(
                chunk.Select(n => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(partition, $"{n:0000}") { ["N"] = n })), Cancellation);
        }
    }

    private async Task<string> RowsAsync(string filter) =>
        string.Join(' ', await Table.QueryAsync<TableEntity>(filter, cancellationToken: Cancellation).Select(entity => entity.RowKey).ToListAsync(Cancellation));

    private async Task AddOddAndEvenAsync()
    {
        await Table.AddEntityAsync(new LeadEntity
        {
            RowKey = "a", Name = "it's \"Ada\"", Count = 1, Large = 5_000_000_000, Score = 1.5, Won = true, Id = Id, At = Time, Seen = Time.UtcDateTime, Raw = [1, 255], Day = DayOfWeek.Friday,
        }, Cancellation);
        await Table.AddEntityAsync(new LeadEntity
        {
            RowKey = "b", Name = "Grüße 🚀", Count = 2, Large = 6_000_000_000, Score = 2, Won = false, Id = Guid.Empty, At = Time.AddDays(1), Seen = Time.AddDays(1).UtcDateTime, Raw = [2], MaybeCount = 3,
        }, Cancellation);
    }

    [Fact]
    public async Task Results_are_ordered_by_partition_and_row()
    {
        foreach (var (partition, row) in new[] { ("b", "1"), ("a", "2"), ("a", "10"), ("A", "1"), ("a", "1") })
        {
            await Table.AddEntityAsync(new TableEntity(partition, row), Cancellation);
        }

        var all = await Table.QueryAsync<TableEntity>(cancellationToken: Cancellation).Select(entity => $"{entity.PartitionKey}{entity.RowKey}").ToListAsync(Cancellation);

        Assert.Equal(["A1", "a1", "a10", "a2", "b1"], all);
    }

    [Theory]
    [InlineData(null, "1000 1")]
    [InlineData(1000, "1000 1")]
    [InlineData(400, "400 400 201")]
    public async Task A_page_has_at_most_what_was_asked_for_and_at_most_1000(int? size, string expected)
    {
        await FillAsync(1001);

        var pages = await Table.QueryAsync<TableEntity>(maxPerPage: size, cancellationToken: Cancellation).AsPages().ToListAsync(Cancellation);

        Assert.Equal(expected, string.Join(' ', pages.Select(page => page.Values.Count)));
        Assert.Null(pages[^1].ContinuationToken);
        Assert.Equal(Enumerable.Range(0, 1001), pages.SelectMany(page => page.Values).Select(entity => entity.GetInt32("N")!.Value));
    }

    [Fact]
    public async Task A_token_outlives_the_client_that_got_it()
    {
        await FillAsync(5);
        var first = await Table.QueryAsync<TableEntity>("N ge 1", maxPerPage: 2, cancellationToken: Cancellation).AsPages().FirstAsync(Cancellation);

        TableClient another = new(Store.ConnectionString, Table.Name);
        var rest = await another.QueryAsync<TableEntity>("N ge 1", cancellationToken: Cancellation).AsPages(first.ContinuationToken, pageSizeHint: 1).ToListAsync(Cancellation);

        Assert.Equal([1, 2], first.Values.Select(entity => entity.GetInt32("N")!.Value));
        Assert.Equal([3, 4], rest.SelectMany(page => page.Values).Select(entity => entity.GetInt32("N")!.Value));
        Assert.All(rest, page => Assert.InRange(page.Values.Count, 0, 1));
    }

    [Fact]
    public async Task An_empty_table_is_one_empty_page()
    {
        var page = Assert.Single(await Table.QueryAsync<TableEntity>(cancellationToken: Cancellation).AsPages().ToListAsync(Cancellation));

        Assert.Empty(page.Values);
        Assert.Equal(200, page.GetRawResponse().Status);
    }

    [Fact]
    public async Task Only_the_selected_properties_come_back()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = "a", ["B"] = 1L, ["C"] = true }, Cancellation);

        var read = await Table.QueryAsync<TableEntity>(select: ["RowKey", "B"], cancellationToken: Cancellation).SingleAsync(Cancellation);

        Assert.Equal(("r", 1L, null, null), (read.RowKey, read.GetInt64("B"), read.GetString("A"), read.GetBoolean("C")));
    }

    [Fact]
    public async Task Values_of_every_type_can_be_compared()
    {
        await AddOddAndEvenAsync();

        Assert.Equal("a", await RowsAsync(TableClient.CreateQueryFilter($"Name eq {"it's \"Ada\""}")));
        Assert.Equal("b", await RowsAsync(TableClient.CreateQueryFilter($"Name eq {"Grüße 🚀"}")));
        Assert.Equal("b", await RowsAsync(TableClient.CreateQueryFilter($"Count gt {1}")));
        Assert.Equal("a", await RowsAsync(TableClient.CreateQueryFilter($"Large lt {6_000_000_000L}")));
        Assert.Equal("a b", await RowsAsync(TableClient.CreateQueryFilter($"Large le {6_000_000_000L}")));
        Assert.Equal("a", await RowsAsync(TableClient.CreateQueryFilter($"Score eq {1.5}")));
        Assert.Equal("a", await RowsAsync(TableClient.CreateQueryFilter($"Won eq {true}")));
        Assert.Equal("a", await RowsAsync(TableClient.CreateQueryFilter($"Id eq {Id}")));
        Assert.Equal("b", await RowsAsync(TableClient.CreateQueryFilter($"At gt {Time}")));
        Assert.Equal("a", await RowsAsync(TableClient.CreateQueryFilter($"At eq {Time.ToOffset(TimeSpan.FromHours(5))}")));
        Assert.Equal("a", await RowsAsync(TableClient.CreateQueryFilter($"Seen le {Time.UtcDateTime}")));
        Assert.Equal("a", await RowsAsync(TableClient.CreateQueryFilter($"Raw eq {new byte[] { 1, 255 }}")));
        Assert.Equal("a", await RowsAsync(TableClient.CreateQueryFilter($"not (Name ne {"it's \"Ada\""})")));
        Assert.Equal("a b", await RowsAsync(TableClient.CreateQueryFilter($"Count eq {1} or (Count eq {2} and Won eq {false})")));
    }

    [Fact]
    public async Task A_property_that_an_entity_lacks_matches_nothing()
    {
        await AddOddAndEvenAsync();

        Assert.Equal("b", await RowsAsync("MaybeCount eq 3"));
        Assert.Equal("", await RowsAsync("MaybeCount lt 3"));
        Assert.Equal("", await RowsAsync("Nobody eq 'x'"));
    }

    [Fact]
    public async Task A_condition_in_code_finds_what_its_filter_finds()
    {
        await AddOddAndEvenAsync();
        var wanted = new { Name = "Grüße 🚀", Since = Time };

        async Task<string> Find(System.Linq.Expressions.Expression<Func<LeadEntity, bool>> condition) =>
            string.Join(' ', await Table.QueryAsync(condition, cancellationToken: Cancellation).Select(lead => lead.RowKey).ToListAsync(Cancellation));

        Assert.Equal("b", await Find(lead => lead.PartitionKey == "p" && lead.Name == wanted.Name));
        Assert.Equal("a", await Find(lead => lead.Won));
        Assert.Equal("b", await Find(lead => !lead.Won));
        Assert.Equal("a", await Find(lead => lead.Day == DayOfWeek.Friday));
        Assert.Equal("b", await Find(lead => lead.At > wanted.Since && lead.Large >= 6_000_000_000));
        Assert.Equal("b", await Find(lead => lead.MaybeCount == 3));
        Assert.Equal("b", await Find(lead => lead.RowKey.CompareTo("a") > 0 && string.CompareOrdinal(lead.RowKey, "c") < 0));
        Assert.Equal("a", await Find(lead => lead.Id == Id || lead.Score == 99));
        Assert.Equal("b", await Find(lead => lead.Score == 2));
    }

    [Fact]
    public async Task A_bad_filter_is_refused()
    {
        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () =>
            await Table.QueryAsync<TableEntity>("PartitionKey equals 'p'", cancellationToken: Cancellation).ToListAsync(Cancellation));

        Assert.Equal(400, failure.Status);
    }

    [Fact]
    public async Task A_query_of_a_missing_table_fails_when_it_is_read()
    {
        var query = new TableClient(Store.ConnectionString, "nosuchtable").QueryAsync<TableEntity>(cancellationToken: Cancellation);

        await FailsAsync(404, "TableNotFound", async () => await query.ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Reading_on_stops_when_the_reader_goes()
    {
        await FillAsync(4);
        using CancellationTokenSource gone = new();
        List<int> seen = [];

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var entity in Table.QueryAsync<TableEntity>(maxPerPage: 2, cancellationToken: gone.Token))
            {
                seen.Add(entity.GetInt32("N")!.Value);
                await gone.CancelAsync();
            }
        });

        Assert.Equal([0, 1], seen);
    }
}
