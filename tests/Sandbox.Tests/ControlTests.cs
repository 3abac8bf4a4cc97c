using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Tests;

public sealed class ControlTests : SandboxFixture
{
    private readonly HttpClient _outside = new();

    [Fact]
    public async Task Calls_are_counted_by_their_kind()
    {
        Sandbox.Calls.Clear();
        var id = Sandbox.HubSpot.CreateContact("ada@example.com");
        await GetAsync(HubSpot, $"crm/v3/objects/contacts/{id}");
        await GetAsync(HubSpot, "crm/v3/objects/contacts/1");
        await QueryAsync("SELECT Id FROM Lead");

        Assert.Equal(2, Sandbox.Calls.Count("hubspot", "GET", "/crm/v3/objects/contacts/{id}"));
        Assert.Equal(1, Sandbox.Calls.Count("salesforce", path: "/services/data/v60.0/query"));
        Assert.Equal([200, 404, 200], Sandbox.Calls.Recent.Select(call => call.Status));
        Assert.Equal(1, Sandbox.Calls.Counts.Single(count => count.Vendor == "hubspot").Succeeded);
        var (_, shown) = await GetAsync(_outside, $"{Sandbox.Url}/sandbox/calls");
        Assert.Equal(2, shown["counts"]!.AsArray().Count);
    }

    [Fact]
    public async Task HubSpot_can_be_played_from_outside()
    {
        var contact = await PlayAsync("hubspot/contacts", """{"email":"ada@example.com","firstname":"Ada"}""");
        await PlayAsync($"hubspot/contacts/{contact["id"]}/lifecycle", """{"stage":"customer"}""");
        await PlayAsync($"hubspot/contacts/{contact["id"]}/lifecycle", """{"stage":"lead"}""");
        var deal = await PlayAsync("hubspot/deals", $$"""{"name":"Engines","stage":"contractsent","amount":10.5,"currency":"EUR","contactId":{{contact["id"]}}}""");
        await PlayAsync($"hubspot/deals/{deal["id"]}/stage", """{"stage":"closedwon"}""");

        Assert.Equal("lead", Sandbox.HubSpot.FindContact("ada@example.com")!["lifecyclestage"]);
        Assert.Equal("true", Sandbox.HubSpot.Get("deals", (long)deal["id"]!)!["hs_is_closed_won"]);
        var refused = await _outside.PostAsync($"{Sandbox.Url}/sandbox/hubspot/deals/{deal["id"]}/stage", Json("""{"stage":"nonsense"}"""), Cancelled);
        Assert.Equal(400, (int)refused.StatusCode);
    }

    [Fact]
    public async Task Salesforce_can_be_played_from_outside()
    {
        var lead = await PlayAsync("salesforce/leads", """{"LastName":"Lovelace","Company":"Engines","Email":"ada@example.com"}""");
        await PlayAsync($"salesforce/leads/{lead["id"]}/status", """{"status":"Working - Contacted"}""");
        await PlayAsync($"salesforce/leads/{lead["id"]}/owner", $$"""{"ownerId":"{{Sandbox.Salesforce.Owners[1]}}"}""");
        Assert.Equal(("Working - Contacted", Sandbox.Salesforce.Owners[1]), (Sandbox.Salesforce.All("Lead")[0]["Status"], Sandbox.Salesforce.All("Lead")[0]["OwnerId"]!));

        var converted = await PlayAsync($"salesforce/leads/{lead["id"]}/convert", """{"opportunityName":"Engines"}""");
        await PlayAsync($"salesforce/opportunities/{converted["ConvertedOpportunityId"]}/stage", """{"stage":"Closed Won"}""");
        await PlayAsync("salesforce/settings", """{"pageSize":7,"stamps":"Growing","commitDelay":"00:00:05"}""");

        Assert.True(Assert.Single(Sandbox.Salesforce.All("Opportunity")).Is("IsWon"));
        Assert.Equal((7, TimeSpan.FromSeconds(5)), (Sandbox.Salesforce.PageSize, Sandbox.Salesforce.CommitDelay));
    }

    [Fact]
    public async Task Faults_can_be_set_and_cleared_from_outside()
    {
        await PlayAsync("faults", """{"vendor":"hubspot","faults":[{"kind":"Answer","status":503,"for":"00:01:00"}]}""");
        Assert.Equal(503, (await GetAsync(HubSpot, "crm/v3/objects/contacts")).Status);

        await _outside.DeleteAsync($"{Sandbox.Url}/sandbox/faults", Cancelled);
        Assert.Equal(200, (await GetAsync(HubSpot, "crm/v3/objects/contacts")).Status);

        var refused = await _outside.PostAsync($"{Sandbox.Url}/sandbox/faults", Json("""{"vendor":"nobody","faults":[]}"""), Cancelled);
        Assert.Equal(400, (int)refused.StatusCode);
    }

    [Fact]
    public async Task The_page_shows_both_tools_and_no_markup_of_theirs()
    {
        Sandbox.HubSpot.CreateContact("ada@example.com", ("firstname", "<script>alert(1)</script>"));
        Sandbox.Salesforce.CreateLead("bob@example.com", "<img src=x>", "Engines");

        var page = await _outside.GetStringAsync($"{Sandbox.Url}/", Cancelled);
        var (_, state) = await GetAsync(_outside, $"{Sandbox.Url}/sandbox/state");

        Assert.Contains("ada@example.com", page, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Equal("ada@example.com", (string?)state["hubSpot"]!["contacts"]![0]!["properties"]!["email"]);
        Assert.Equal("bob@example.com", (string?)state["salesforce"]!["Lead"]![0]!["fields"]!["Email"]);
    }

    private async Task<JsonNode> PlayAsync(string path, string json)
    {
        using var answer = await _outside.PostAsync($"{Sandbox.Url}/sandbox/{path}", Json(json), Cancelled);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }
}
