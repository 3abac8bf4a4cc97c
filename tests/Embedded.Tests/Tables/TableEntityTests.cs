using Azure;
using Azure.Data.Tables;

namespace IntegrationHub.Embedded.Tests.Tables;

public sealed class TableEntityTests
{
    [Fact]
    public void Keys_time_and_version_are_properties_like_others()
    {
        TableEntity entity = new("p", "r") { ETag = new("W/\"1\""), Timestamp = DateTimeOffset.UnixEpoch };

        Assert.Equal(["PartitionKey", "RowKey", "Timestamp", "odata.etag"], entity.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("p", "r", 4), (entity["PartitionKey"], entity["RowKey"], entity.Count));
        Assert.Equal(new ETag("W/\"1\""), entity.ETag);
        Assert.Equal(DateTimeOffset.UnixEpoch, entity.Timestamp);
    }

    [Fact]
    public void An_empty_entity_has_nothing()
    {
        TableEntity entity = [];

        Assert.Null(entity.PartitionKey);
        Assert.Null(entity.Timestamp);
        Assert.Null(entity["A"]);
        Assert.Equal(default, entity.ETag);
        Assert.False(entity.TryGetValue("A", out _));
        Assert.Empty(entity);
    }

    [Fact]
    public void A_getter_of_another_type_refuses()
    {
        TableEntity entity = new("p", "r") { ["Text"] = "t", ["Int"] = 1 };

        Assert.Throws<InvalidOperationException>(() => entity.GetInt32("Text"));
        Assert.Throws<InvalidOperationException>(() => entity.GetInt64("Int"));
        Assert.Throws<InvalidOperationException>(() => entity.GetString("Int"));
        Assert.Throws<ArgumentException>(() => entity.GetString(""));
        Assert.Throws<ArgumentNullException>(() => entity[null!]);
    }

    [Fact]
    public void A_number_stays_long_or_double_when_an_int_is_put_over_it()
    {
        TableEntity entity = new() { ["Long"] = 1L, ["Double"] = 1.5, ["Int"] = 1 };

        entity["Long"] = 2;
        entity["Double"] = 2;
        entity["Int"] = 2L;

        Assert.Equal((2L, 2.0, 2L), (entity["Long"], entity["Double"], entity["Int"]));
    }

    [Fact]
    public void Both_kinds_of_time_and_of_binary_are_read_as_either()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        TableEntity entity = new() { ["Offset"] = time, ["Utc"] = time.UtcDateTime, ["Bytes"] = new byte[] { 7 } };

        Assert.Equal((time.UtcDateTime, time), (entity.GetDateTime("Offset"), entity.GetDateTimeOffset("Utc")));
        Assert.Equal([7], entity.GetBinaryData("Bytes")!.ToArray());
    }

    [Fact]
    public void It_is_a_dictionary_and_a_copy_of_the_one_it_was_made_from()
    {
        Dictionary<string, object> values = new() { ["PartitionKey"] = "p", ["A"] = 1 };
        TableEntity entity = new(values);
        values["A"] = 2;

        IDictionary<string, object> dictionary = entity;
        dictionary.Add(new("B", true));
        entity.Add("C", "c");

        Assert.Equal(1, entity["A"]);
        Assert.True(dictionary.Contains(new("B", true)));
        Assert.Equal(["A", "B", "C", "PartitionKey"], dictionary.Select(property => property.Key).Order(StringComparer.Ordinal));
        Assert.True(entity.Remove("A"));
        Assert.False(entity.ContainsKey("A"));
        entity.Clear();
        Assert.Empty(entity.Keys);
    }
}
