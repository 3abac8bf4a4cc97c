using System.Linq.Expressions;
using Azure.Data.Tables;

namespace IntegrationHub.Embedded.Tests.Tables;

/// <summary>What filters look like on the wire; whether the service takes them is another test's.</summary>
public sealed class FilterTests
{
    private static readonly Guid Id = new("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static readonly DateTimeOffset Time = new(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(2));

    [Fact]
    public void Values_between_braces_are_quoted_by_their_type()
    {
        Assert.Equal("A eq 'it''s'", TableClient.CreateQueryFilter($"A eq {"it's"}"));
        Assert.Equal("A eq ''''", TableClient.CreateQueryFilter($"A eq {'\''}"));
        Assert.Equal("A eq 5 and B eq 5L", TableClient.CreateQueryFilter($"A eq {5} and B eq {5L}"));
        Assert.Equal("A eq -1.5", TableClient.CreateQueryFilter($"A eq {-1.5}"));
        Assert.Equal("A eq true or A eq false", TableClient.CreateQueryFilter($"A eq {true} or A eq {false}"));
        Assert.Equal($"A eq guid'{Id}'", TableClient.CreateQueryFilter($"A eq {Id}"));
        Assert.Equal("A eq datetime'2026-02-03T02:05:06Z'", TableClient.CreateQueryFilter($"A eq {Time}"));
        Assert.Equal("A eq datetime'2026-02-03T02:05:06.0000001Z'", TableClient.CreateQueryFilter($"A eq {Time.UtcDateTime.AddTicks(1)}"));
        Assert.Equal("A eq X'00FF'", TableClient.CreateQueryFilter($"A eq {new byte[] { 0, 255 }}"));
        Assert.Equal("A eq X'01'", TableClient.CreateQueryFilter($"A eq {BinaryData.FromBytes([1])}"));
        Assert.Equal("A eq null", TableClient.CreateQueryFilter($"A eq {null}"));
        Assert.Throws<ArgumentException>(() => TableClient.CreateQueryFilter($"A eq {new object()}"));
    }

    [Fact]
    public void A_quote_in_a_value_cannot_leave_it() =>
        Assert.Equal("PartitionKey eq ''' or PartitionKey ne '''", TableClient.CreateQueryFilter($"PartitionKey eq {"' or PartitionKey ne '"}"));

    [Fact]
    public void Conditions_become_filters()
    {
        var name = "O'Hara";
        LeadEntity other = new() { Count = 3 };

        Is("Name eq 'O''Hara'", lead => lead.Name == name);
        Is("(PartitionKey eq 'p') and (RowKey ge 'r')", lead => lead.PartitionKey == "p" && lead.RowKey.CompareTo("r") >= 0);
        Is("(Count gt 3) or (Count le -1)", lead => lead.Count > other.Count || lead.Count <= -1);
        Is("Large eq 3L", lead => lead.Large == other.Count);
        Is("Score lt 2.0", lead => lead.Score < 2);
        Is("Won eq true", lead => lead.Won);
        Is("not (Won eq true)", lead => !lead.Won);
        Is("(Won eq true) and (MaybeWon eq true)", lead => lead.Won && lead.MaybeWon == true);
        Is("MaybeCount eq 4", lead => lead.MaybeCount!.Value == 4);
        Is("Day eq 'Friday'", lead => lead.Day == DayOfWeek.Friday);
        Is("MaybeDay eq 'Friday'", lead => lead.MaybeDay == DayOfWeek.Friday);
        Is("renamed eq 'x'", lead => lead.Called == "x");
        Is("Count eq 5", lead => lead.Count.Equals(5));
        Is("Name lt 'x'", lead => string.CompareOrdinal(lead.Name, "x") < 0);
        Is($"Id eq guid'{Id}'", lead => lead.Id == Id);
        Is("At ge datetime'2026-02-03T02:05:06Z'", lead => lead.At >= new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(2)));
        Is("Timestamp gt datetime'2026-02-03T02:05:06Z'", lead => lead.Timestamp > Time);
        Is("Raw eq X'0102'", lead => lead.Raw == new byte[] { 1, 2 });
        Is("'a' eq Name", lead => "a" == lead.Name);
    }

    [Fact]
    public void A_dictionary_is_asked_by_property_name()
    {
        Assert.Equal("(A eq 'x') and (B gt 5)", TableClient.CreateQueryFilter<TableEntity>(entity => entity.GetString("A") == "x" && entity.GetInt32("B") > 5));
        Assert.Equal("A eq 'x'", TableClient.CreateQueryFilter<TableEntity>(entity => (string)entity["A"]! == "x"));
        Assert.Equal("PartitionKey eq 'p'", TableClient.CreateQueryFilter<TableEntity>(entity => entity.PartitionKey == "p"));
    }

    [Fact]
    public void What_the_service_cannot_do_is_refused()
    {
        Refused(lead => lead.Name!.StartsWith('x'));
        Refused(lead => lead.Name!.Contains('x'));
        Refused(lead => lead.Name!.Equals("x", StringComparison.OrdinalIgnoreCase));
        Refused(lead => string.Compare(lead.Name, "x", StringComparison.Ordinal) > 0);
        Refused(lead => lead.Name!.Length > 1);
        Refused(lead => lead.Count + 1 == 2);
        Refused(lead => lead.Seen.Year == 2026);
    }

    private static void Is(string filter, Expression<Func<LeadEntity, bool>> condition) => Assert.Equal(filter, TableClient.CreateQueryFilter(condition));

    private static void Refused(Expression<Func<LeadEntity, bool>> condition) => Assert.Throws<NotSupportedException>(() => TableClient.CreateQueryFilter(condition));
}
