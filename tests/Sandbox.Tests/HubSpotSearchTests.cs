using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Tests;

public sealed class HubSpotSearchTests : SandboxFixture
{
    [Theory]
    [InlineData("""{"propertyName":"amount","operator":"EQ","value":"200"}""", "b")]
    [InlineData("""{"propertyName":"amount","operator":"NEQ","value":"200"}""", "acd")]
    [InlineData("""{"propertyName":"amount","operator":"GT","value":"200"}""", "c")]
    [InlineData("""{"propertyName":"amount","operator":"GTE","value":"200"}""", "bc")]
    [InlineData("""{"propertyName":"amount","operator":"LT","value":"200"}""", "a")]
    [InlineData("""{"propertyName":"amount","operator":"LTE","value":"200"}""", "ab")]
    [InlineData("""{"propertyName":"dealname","operator":"IN","values":["a","d"]}""", "ad")]
    [InlineData("""{"propertyName":"amount","operator":"HAS_PROPERTY"}""", "abc")]
    [InlineData("""{"propertyName":"amount","operator":"NOT_HAS_PROPERTY"}""", "d")]
    public async Task Each_operator_finds_what_it_says(string filter, string expected)
    {
        Sandbox.HubSpot.CreateDeal("a", "contractsent", 90);
        Sandbox.HubSpot.CreateDeal("b", "contractsent", 200);
        Sandbox.HubSpot.CreateDeal("c", "contractsent", 1000);
        Sandbox.HubSpot.CreateDeal("d", "contractsent");

        var (status, body) = await PostAsync(HubSpot, "crm/v3/objects/deals/search", $$$"""{"filterGroups":[{"filters":[{{{filter}}}]}],"properties":["dealname"],"sorts":["dealname"]}""");

        Assert.Equal(200, status);
        Assert.Equal(expected, string.Concat(Names(body)));
        Assert.Equal(expected.Length, (int?)body["total"]);
    }

    [Fact]
    public async Task Filters_of_a_group_must_all_fit_and_groups_are_alternatives()
    {
        Sandbox.HubSpot.CreateDeal("a", "contractsent", 1);
        Sandbox.HubSpot.CreateDeal("b", "closedwon", 1);
        Sandbox.HubSpot.CreateDeal("c", "closedwon", 2);

        var (_, body) = await PostAsync(HubSpot, "crm/v3/objects/deals/search", """
            {"filterGroups":[{"filters":[{"propertyName":"dealstage","operator":"EQ","value":"closedwon"},{"propertyName":"amount","operator":"EQ","value":"2"}]},
                             {"filters":[{"propertyName":"dealname","operator":"EQ","value":"a"}]}],
             "properties":["dealname"],"sorts":[{"propertyName":"dealname","direction":"DESCENDING"}]}
            """);

        Assert.Equal("ca", string.Concat(Names(body)));
    }

    [Fact]
    public async Task Changes_since_a_time_are_found_by_epoch_milliseconds_and_paged()
    {
        var first = Sandbox.HubSpot.CreateContact("0@example.com");
        var since = Sandbox.HubSpot.Get("contacts", first)!.UpdatedAt.ToUnixTimeMilliseconds();
        var all = Enumerable.Range(1, 4).Select(n => Sandbox.HubSpot.CreateContact($"{n}@example.com")).Prepend(first).ToList();
        var found = new List<string>();
        for (string? after = "0"; after is not null;)
        {
            var (_, page) = await PostAsync(HubSpot, "crm/v3/objects/contacts/search", $$$"""
                {"filterGroups":[{"filters":[{"propertyName":"lastmodifieddate","operator":"GTE","value":"{{{since}}}"}]}],"sorts":["lastmodifieddate"],"limit":2,"after":"{{{after}}}"}
                """);
            found.AddRange(page["results"]!.AsArray().Select(each => (string)each!["id"]!));
            after = (string?)page["paging"]?["next"]?["after"];
        }

        Assert.Equal(all.Select(id => $"{id}"), found);
    }

    [Theory]
    [InlineData(200, 9800, 200)]
    [InlineData(201, 0, 400)]
    [InlineData(200, 9801, 400)]
    public async Task Pages_end_at_200_and_results_at_10_000(int limit, int after, int expected)
    {
        var (status, _) = await PostAsync(HubSpot, "crm/v3/objects/contacts/search", $$"""{"limit":{{limit}},"after":"{{after}}"}""");

        Assert.Equal(expected, status);
    }

    [Theory]
    [InlineData("""{"propertyName":"nonsense","operator":"EQ","value":"1"}""")]
    [InlineData("""{"propertyName":"email","operator":"RESEMBLES","value":"1"}""")]
    [InlineData("""{"propertyName":"email","operator":"EQ"}""")]
    public async Task A_filter_that_is_not_understood_is_refused(string filter)
    {
        var (status, body) = await PostAsync(HubSpot, "crm/v3/objects/contacts/search", $$$"""{"filterGroups":[{"filters":[{{{filter}}}]}]}""");

        Assert.Equal(400, status);
        Assert.Equal("VALIDATION_ERROR", (string?)body["category"]);
    }

    [Fact]
    public async Task Archived_objects_are_never_found()
    {
        Sandbox.HubSpot.Archive("contacts", Sandbox.HubSpot.CreateContact("ada@example.com"));

        Assert.Equal(0, (int?)(await PostAsync(HubSpot, "crm/v3/objects/contacts/search", "{}")).Body["total"]);
    }

    private static IEnumerable<string?> Names(JsonNode body) => body["results"]!.AsArray().Select(each => (string?)each!["properties"]!["dealname"]);
}
