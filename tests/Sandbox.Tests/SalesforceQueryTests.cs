using System.Text.Json.Nodes;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.Sandbox.Tests;

public sealed class SalesforceQueryTests : SandboxFixture
{
    [Theory]
    [InlineData("Email = 'A@example.com'", "A")]
    [InlineData("Email != 'a@example.com'", "BC")]
    [InlineData("Email = null", "C")]
    [InlineData("Email != null", "AB")]
    [InlineData("Email IN ('a@example.com', 'b@example.com')", "AB")]
    [InlineData("Email NOT IN ('a@example.com')", "BC")]
    [InlineData("Email LIKE '%@EXAMPLE.com'", "AB")]
    [InlineData("LastName LIKE '_'", "ABC")]
    [InlineData("AnnualRevenue > 10", "B")]
    [InlineData("AnnualRevenue >= 10", "AB")]
    [InlineData("AnnualRevenue < 10.5", "A")]
    [InlineData("AnnualRevenue <= 10", "A")]
    [InlineData("HasOptedOutOfEmail = true", "C")]
    [InlineData("HasOptedOutOfEmail = FALSE AND (LastName = 'A' OR LastName = 'C')", "A")]
    [InlineData("(LastName = 'A' AND AnnualRevenue = 10) OR Company = 'O\\'Neill'", "AB")]
    [InlineData("NOT LastName = 'A'", "BC")]
    [InlineData("SystemModstamp >= 2001-01-01T00:00:00Z AND CreatedDate > 2001-01-01T00:00:00.000+01:00", "ABC")]
    [InlineData("SystemModstamp > 2999-01-01T00:00:00Z", "")]
    [InlineData("Owner.Email = 'sam.sales@example.com'", "ABC")]
    [InlineData("Lead.Owner.LastName = 'Seller'", "")]
    public async Task Each_condition_finds_what_it_says(string where, string expected)
    {
        Sandbox.Salesforce.CreateLead("a@example.com", "A", "Engines", ("AnnualRevenue", 10m));
        Sandbox.Salesforce.CreateLead("b@example.com", "B", "O'Neill", ("AnnualRevenue", 11m));
        Sandbox.Salesforce.Create("Lead", ("LastName", "C"), ("Company", "Looms"), ("HasOptedOutOfEmail", true));

        var (status, body) = await QueryAsync($"SELECT Id, LastName FROM Lead WHERE {where} ORDER BY LastName");

        Assert.Equal(200, status);
        Assert.Equal(expected, string.Concat(Column(body, "LastName")));
    }

    [Theory]
    [InlineData("SELECT Id, Nonsense FROM Lead", "INVALID_FIELD")]
    [InlineData("SELECT Id FROM Lead WHERE Nonsense = 1", "INVALID_FIELD")]
    [InlineData("SELECT Id FROM Lead ORDER BY Nonsense", "INVALID_FIELD")]
    [InlineData("SELECT Nobody.Email FROM Lead", "INVALID_FIELD")]
    [InlineData("SELECT CurrencyIsoCode FROM Opportunity", "INVALID_FIELD")]
    [InlineData("SELECT Id FROM Lead WHERE SystemModstamp > '2026-03-02T10:15:00Z'", "INVALID_FIELD")]
    [InlineData("SELECT Id FROM Lead WHERE Email = 1", "INVALID_FIELD")]
    [InlineData("SELECT Id FROM Nonsense", "INVALID_TYPE")]
    [InlineData("SELECT Id, (SELECT Id FROM Nonsenses) FROM Lead", "INVALID_TYPE")]
    [InlineData("SELECT Id FROM Lead WHERE Id = 'short'", "INVALID_QUERY_FILTER_OPERATOR")]
    [InlineData("SELECT Id FROM", "MALFORMED_QUERY")]
    [InlineData("SELECT Id, FROM Lead", "MALFORMED_QUERY")]
    [InlineData("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY")]
    [InlineData("SELECT Id FROM Lead WHERE Email = ada", "MALFORMED_QUERY")]
    [InlineData("SELECT Id FROM Lead WHERE Email = 'ada", "MALFORMED_QUERY")]
    [InlineData("SELECT Id FROM Lead WHERE Email = 'a' AND Email = 'b' OR Email = 'c'", "MALFORMED_QUERY")]
    [InlineData("SELECT Id FROM Lead LIMIT many", "MALFORMED_QUERY")]
    [InlineData("SELECT Id FROM Lead; DELETE", "MALFORMED_QUERY")]
    [InlineData("", "MALFORMED_QUERY")]
    public async Task A_query_that_is_not_right_is_refused(string soql, string expected)
    {
        var (status, body) = await QueryAsync(soql);

        Assert.Equal(400, status);
        Assert.Equal(expected, (string?)Assert.Single(body.AsArray())!["errorCode"]);
    }

    [Fact]
    public async Task Parents_and_children_come_with_a_record()
    {
        var contact = Sandbox.Salesforce.Create("Contact", ("LastName", "Lovelace"), ("Email", "ada@example.com"));
        var deal = Sandbox.Salesforce.CreateOpportunity("Engines", "Negotiation/Review", new(2026, 12, 31), 1200.50m, contact);
        Sandbox.Salesforce.CreateOpportunity("Looms", "Prospecting", new(2026, 12, 31));

        var (_, body) = await QueryAsync("""
            SELECT Id, Amount, CloseDate, IsClosed, IsWon, Probability, ContactId, Contact.Email, Owner.Name, SystemModstamp, (SELECT Contact.Email, IsPrimary FROM OpportunityContactRoles)
            FROM Opportunity ORDER BY Name
            """);

        var first = body["records"]![0]!;
        Assert.Equal($"/services/data/v60.0/sobjects/Opportunity/{deal}", (string?)first["attributes"]!["url"]);
        Assert.Equal((1200.50m, "2026-12-31", 90m), ((decimal)first["Amount"]!, (string?)first["CloseDate"], (decimal)first["Probability"]!));
        Assert.Equal(("ada@example.com", "Sam Sales"), ((string?)first["Contact"]!["Email"], (string?)first["Owner"]!["Name"]));
        var role = Assert.Single(first["OpportunityContactRoles"]!["records"]!.AsArray())!;
        Assert.True((bool?)role["IsPrimary"]);
        Assert.Equal("ada@example.com", (string?)role["Contact"]!["Email"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$", (string?)first["SystemModstamp"]);
        Assert.Null(body["records"]![1]!["Contact"]);
        Assert.Null(body["records"]![1]!["OpportunityContactRoles"]);
    }

    [Fact]
    public async Task A_nested_query_narrows_by_what_it_finds()
    {
        var contact = Sandbox.Salesforce.Create("Contact", ("LastName", "Lovelace"));
        Sandbox.Salesforce.CreateOpportunity("Engines", "Prospecting", new(2026, 12, 31), contactId: contact);
        Sandbox.Salesforce.CreateOpportunity("Looms", "Prospecting", new(2026, 12, 31));

        var (_, body) = await QueryAsync($"SELECT Name FROM Opportunity WHERE Id IN (SELECT OpportunityId FROM OpportunityContactRole WHERE ContactId = '{contact[..15]}')");

        Assert.Equal(["Engines"], Column(body, "Name"));
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(8, 2)]
    [InlineData(9, 3)]
    public async Task Long_answers_come_in_pages(int records, int pages)
    {
        Sandbox.Salesforce.PageSize = 4;
        var ids = Enumerable.Range(0, records).Select(n => Sandbox.Salesforce.CreateLead($"{n}@example.com", $"{n}", "Engines")).ToList();
        var (_, page) = await QueryAsync("SELECT Id FROM Lead ORDER BY SystemModstamp, Id");
        List<JsonNode> seen = [page];
        while (!(bool)page["done"]!)
        {
            (_, page) = await GetAsync(Salesforce, Sandbox.Url + "/salesforce" + page["nextRecordsUrl"]);
            seen.Add(page);
        }

        Assert.Equal(pages, seen.Count);
        Assert.All(seen, each => Assert.Equal(records, (int?)each["totalSize"]));
        Assert.Equal(ids, seen.SelectMany(each => Column(each, "Id")));
        Assert.Null(page["nextRecordsUrl"]);
    }

    [Fact]
    public async Task The_next_page_is_found_from_the_roots_path_too()
    {
        Sandbox.Salesforce.PageSize = 1;
        Sandbox.Salesforce.CreateLead("a@example.com", "A", "Engines");
        Sandbox.Salesforce.CreateLead("b@example.com", "B", "Engines");
        var (_, page) = await QueryAsync("SELECT Id FROM Lead");

        Assert.Equal(200, (await GetAsync(Salesforce, (string)page["nextRecordsUrl"]!)).Status);
    }

    [Fact]
    public async Task Counting_limit_and_several_orders_work()
    {
        Sandbox.Salesforce.CreateLead("a@example.com", "A", "Engines");
        Sandbox.Salesforce.CreateLead("b@example.com", "B", "Engines");
        Sandbox.Salesforce.CreateLead("c@example.com", "C", "Abacus");

        Assert.Equal(3, (int?)(await QueryAsync("SELECT COUNT() FROM Lead")).Body["totalSize"]);
        Assert.Equal(["C", "B"], Column((await QueryAsync("SELECT LastName FROM Lead ORDER BY Company ASC NULLS LAST, LastName DESC LIMIT 2")).Body, "LastName"));
    }

    [Fact]
    public async Task Deleted_and_merged_records_are_seen_by_queryAll_only()
    {
        var winner = Sandbox.Salesforce.CreateLead("a@example.com", "A", "Engines");
        var other = Sandbox.Salesforce.CreateLead("b@example.com", "B", "Engines", ("Phone", "1"));
        var task = Sandbox.Salesforce.Create("Task", ("WhoId", other), ("Subject", "Call"));

        Sandbox.Salesforce.Merge("Lead", winner, other);

        Assert.Equal([winner], Column((await QueryAsync("SELECT Id FROM Lead")).Body, "Id"));
        var (_, all) = await QueryAsync("SELECT Id, MasterRecordId FROM Lead WHERE IsDeleted = true", "queryAll");
        Assert.Equal([(other, winner)], Column(all, "Id").Zip(Column(all, "MasterRecordId")));
        Assert.Equal(("1", winner), (Sandbox.Salesforce.Get(winner)!["Phone"], Sandbox.Salesforce.Get(task)!["WhoId"]));
    }

    [Fact]
    public async Task A_late_commit_is_seen_later_under_its_earlier_stamp()
    {
        var lead = Sandbox.Salesforce.CreateLead("a@example.com", "A", "Engines");
        Sandbox.Salesforce.CommitDelay = Timeout.InfiniteTimeSpan;
        Sandbox.Salesforce.SetLeadStatus(lead, "Working - Contacted");
        Sandbox.Salesforce.SetLeadStatus(lead, "Closed - Not Converted");
        Sandbox.Salesforce.CreateLead("b@example.com", "B", "Engines");
        async Task<IEnumerable<string?>> StatusesAsync() => Column((await QueryAsync("SELECT Status FROM Lead ORDER BY LastName")).Body, "Status");

        Assert.Equal(["Open - Not Contacted"], await StatusesAsync());

        Sandbox.Salesforce.Commit();

        Assert.Equal(["Closed - Not Converted", "Open - Not Contacted"], await StatusesAsync());
    }

    [Fact]
    public void Stamps_tie_or_grow_on_demand()
    {
        List<string?> Stamps() => [.. Enumerable.Range(0, 20).Select(n => Sandbox.Salesforce.CreateLead($"{n}@example.com", $"{n}", "Engines"))
            .Select(id => $"{Sandbox.Salesforce.Get(id)!.Fields["SystemModstamp"]:O}")];

        Sandbox.Salesforce.Stamps = StampMode.Tied;
        Assert.Single(Stamps().Distinct());

        Sandbox.Salesforce.Stamps = StampMode.Growing;
        var growing = Stamps();
        Assert.Equal(20, growing.Distinct().Count());
        Assert.Equal(growing.Order(StringComparer.Ordinal), growing);
    }

    private static IEnumerable<string?> Column(JsonNode page, string field) => page["records"]!.AsArray().Select(record => (string?)record![field]);
}
