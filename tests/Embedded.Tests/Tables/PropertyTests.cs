using Azure;
using Azure.Data.Tables;

namespace IntegrationHub.Embedded.Tests.Tables;

public sealed class PropertyTests(Azurite azurite) : TableTest(azurite)
{
    private static readonly DateTimeOffset Time = new(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(2));
    private static readonly Guid Id = new("0f8fad5b-d9cb-469f-a165-70867728950e");

    public static TheoryData<string> Texts =>
    [
        "", " ", "plain", "quote ' and \" and \\", "line\r\nfeed\ttab", "Grüße, 世界", "🚀 👩‍👩‍👧 \u2028\u2029", "{\"json\": [1, 2]}", "--changeset_1", "HTTP/1.1 500 no", "<&>",
    ];

    public static TheoryData<double> Doubles =>
    [
        0, -0.5, 5, 1e300, -1e-300, 0.1 + 0.2, double.MaxValue / 2, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
    ];

    [Fact]
    public async Task A_dictionary_keeps_the_type_of_every_property()
    {
        TableEntity entity = new("p", "r")
        {
            ["Text"] = "t", ["Flag"] = true, ["Int"] = int.MinValue, ["Long"] = long.MaxValue, ["SmallLong"] = 1L, ["Double"] = 2.5, ["WholeDouble"] = 2.0,
            ["Id"] = Id, ["Time"] = Time, ["Utc"] = Time.UtcDateTime, ["Bytes"] = new byte[] { 0, 255 }, ["Data"] = BinaryData.FromBytes([1]),
        };

        await Table.AddEntityAsync(entity, Cancellation);
        var read = await ReadAsync("r");

        Assert.Equal("t", read["Text"]);
        Assert.Equal(true, read["Flag"]);
        Assert.Equal(int.MinValue, read["Int"]);
        Assert.Equal(long.MaxValue, read["Long"]);
        Assert.Equal(1L, read["SmallLong"]);
        Assert.Equal(2.5, read["Double"]);
        Assert.Equal(2.0, read["WholeDouble"]);
        Assert.Equal(Id, read["Id"]);
        Assert.Equal(Time, read["Time"]);
        Assert.Equal(Time.UtcDateTime, read.GetDateTime("Utc"));
        Assert.Equal(new byte[] { 0, 255 }, read["Bytes"]);
        Assert.Equal([1], read.GetBinaryData("Data")!.ToArray());
        Assert.Equal(TimeSpan.Zero, read.GetDateTimeOffset("Time")!.Value.Offset);
    }

    [Fact]
    public async Task A_class_keeps_the_value_of_every_property()
    {
        LeadEntity entity = new()
        {
            Name = "Ada", Count = -1, MaybeCount = 2, Large = long.MinValue, MaybeLarge = 5_000_000_000, Score = 0.25, MaybeScore = 3, Won = true, MaybeWon = false, Id = Id, MaybeId = Id,
            Seen = Time.UtcDateTime, At = Time, MaybeAt = Time.AddTicks(1), Raw = [1, 2, 3], Data = BinaryData.FromBytes([4, 5]), Day = DayOfWeek.Friday, MaybeDay = DayOfWeek.Monday,
            Called = "other", Secret = "none of your business",
        };

        var added = await Table.AddEntityAsync(entity, Cancellation);
        var read = (await Table.GetEntityAsync<LeadEntity>("p", "r", cancellationToken: Cancellation)).Value;
        var stored = await ReadAsync("r");

        Assert.Equivalent(
            new { entity.Name, entity.Count, entity.MaybeCount, entity.Large, entity.MaybeLarge, entity.Score, entity.MaybeScore, entity.Won, entity.MaybeWon, entity.Id, entity.MaybeId },
            read);
        Assert.Equal((entity.Seen, DateTimeKind.Utc, entity.At, entity.MaybeAt), (read.Seen, read.Seen.Kind, read.At, read.MaybeAt));
        Assert.Equal([1, 2, 3], read.Raw);
        Assert.Equal([4, 5], read.Data!.ToArray());
        Assert.Equal((DayOfWeek.Friday, DayOfWeek.Monday, "other", null), (read.Day, read.MaybeDay, read.Called, read.Secret));
        Assert.Equal(added.Headers.ETag, read.ETag);
        Assert.NotNull(read.Timestamp);
        Assert.Equal(("Friday", "other", "Ada!"), (stored.GetString("Day"), stored.GetString("renamed"), stored.GetString("Computed")));
        Assert.Null(stored["Secret"]);
        Assert.Null(stored["Called"]);
    }

    [Fact]
    public async Task What_is_null_in_a_class_stays_null()
    {
        await Table.AddEntityAsync(new LeadEntity(), Cancellation);

        var read = (await Table.GetEntityAsync<LeadEntity>("p", "r", cancellationToken: Cancellation)).Value;

        Assert.Equal((null, null, null, null, null, null), (read.Name, read.MaybeCount, read.MaybeLarge, read.MaybeScore, read.MaybeWon, read.MaybeId));
        Assert.Equal((null, null, null, null), (read.MaybeAt, read.Raw, read.Data, read.MaybeDay));
        Assert.DoesNotContain("MaybeCount", (await ReadAsync("r")).Keys);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Any_text_comes_back_as_it_was(string text)
    {
        await Table.AddEntityAsync(new TableEntity("p", "single") { ["A"] = text }, Cancellation);
        await Table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "batch") { ["A"] = text })], Cancellation);

        Assert.Equal((text, text), ((await ReadAsync("single")).GetString("A"), (await ReadAsync("batch")).GetString("A")));
    }

    [Theory]
    [MemberData(nameof(Doubles))]
    public async Task Any_double_comes_back_as_it_was(double number)
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = number }, Cancellation);
        await Table.AddEntityAsync(new LeadEntity { RowKey = "class", Score = number }, Cancellation);

        Assert.Equal(number, (await ReadAsync("r")).GetDouble("A"));
        Assert.Equal(number, (await Table.GetEntityAsync<LeadEntity>("p", "class", cancellationToken: Cancellation)).Value.Score);
    }

    [Theory]
    [InlineData("_a")]
    [InlineData("a1")]
    [InlineData("Größe")]
    [InlineData("A")]
    [InlineData("value")]
    [InlineData("ETag")]
    public async Task A_property_may_have_any_name_that_is_an_identifier(string name)
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { [name] = 1L }, Cancellation);

        Assert.Equal(1L, (await ReadAsync("r")).GetInt64(name));
    }

    [Fact]
    public async Task Property_names_differ_in_case()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["Name"] = "upper", ["name"] = "lower" }, Cancellation);

        var read = await ReadAsync("r");

        Assert.Equal(("upper", "lower"), (read.GetString("Name"), read.GetString("name")));
    }

    [Theory]
    [InlineData((32 * 1024) - 1, true)]
    [InlineData(32 * 1024, true)]
    [InlineData((32 * 1024) + 1, false)]
    public async Task A_text_has_at_most_32_Ki_characters(int length, bool fits)
    {
        var failure = await Record.ExceptionAsync(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = new string('x', length) }, Cancellation));

        Assert.Equal(fits ? null : "PropertyValueTooLarge", (failure as RequestFailedException)?.ErrorCode);
    }

    [Theory]
    [InlineData((64 * 1024) - 1, true)]
    [InlineData(64 * 1024, true)]
    [InlineData((64 * 1024) + 1, false)]
    public async Task A_binary_has_at_most_64_KiB(int length, bool fits)
    {
        var failure = await Record.ExceptionAsync(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = new byte[length] }, Cancellation));

        Assert.Equal(fits ? null : "PropertyValueTooLarge", (failure as RequestFailedException)?.ErrorCode);
    }

    [Fact]
    public async Task A_type_that_the_service_has_not_is_refused_before_anything_is_sent()
    {
        await Assert.ThrowsAsync<NotSupportedException>(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = DayOfWeek.Friday }, Cancellation));
        await Assert.ThrowsAsync<NotSupportedException>(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = new object() }, Cancellation));
        await Assert.ThrowsAsync<NotSupportedException>(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local) }, Cancellation));
        await Assert.ThrowsAsync<NotSupportedException>(() => Table.AddEntityAsync(new LeadEntity { Seen = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Unspecified) }, Cancellation));

        Assert.False(await ExistsAsync("r"));
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, Cancellation);
        Assert.Equal(1, (await ReadAsync("r")).GetInt32("A"));
    }

    [Fact]
    public async Task A_property_stored_with_another_type_than_the_class_has_is_not_guessed()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["Large"] = 1 }, Cancellation);
        await Table.AddEntityAsync(new TableEntity("p", "s") { ["Count"] = 1.5 }, Cancellation);
        await Table.AddEntityAsync(new TableEntity("p", "t") { ["Day"] = "Doomsday" }, Cancellation);

        await Assert.ThrowsAnyAsync<Exception>(() => Table.GetEntityAsync<LeadEntity>("p", "r", cancellationToken: Cancellation));
        await Assert.ThrowsAnyAsync<Exception>(() => Table.GetEntityAsync<LeadEntity>("p", "s", cancellationToken: Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Table.GetEntityAsync<LeadEntity>("p", "t", cancellationToken: Cancellation));
    }

    [Fact]
    public async Task An_entity_that_hides_its_keys_behind_the_interface_is_stored_all_the_same()
    {
        await Table.AddEntityAsync(new HiddenKeys("r") { Note = "n" }, Cancellation);

        var read = (await Table.GetEntityAsync<HiddenKeys>("p", "r", cancellationToken: Cancellation)).Value;

        Assert.Equal(("p", "r", "n"), (((ITableEntity)read).PartitionKey, ((ITableEntity)read).RowKey, read.Note));
    }

    private sealed class HiddenKeys : ITableEntity
    {
        private string _partition = "p";
        private string _row = "";
        private DateTimeOffset? _timestamp;
        private ETag _etag;

        public HiddenKeys()
        {
        }

        public HiddenKeys(string row) => _row = row;

        public string? Note { get; init; }

        string ITableEntity.PartitionKey { get => _partition; set => _partition = value; }

        string ITableEntity.RowKey { get => _row; set => _row = value; }

        DateTimeOffset? ITableEntity.Timestamp { get => _timestamp; set => _timestamp = value; }

        ETag ITableEntity.ETag { get => _etag; set => _etag = value; }
    }
}
