using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IntegrationHub.Sandbox.Faults;

namespace IntegrationHub.Sandbox.Tests;

public sealed class MarketoTests : SandboxFixture
{
    private const string Types = "activityTypeIds=2,32,104";

    [Fact]
    public async Task Activities_are_read_by_token_and_an_empty_page_may_have_more()
    {
        using var client = await SignInAsync();
        var lead = Sandbox.Marketo.CreateLead("ana@example.com", ("leadStatus", "Working"));
        var since = await AskAsync(client, "activities/pagingtoken.json?sinceDatetime=2020-01-01T00:00:00Z");
        Sandbox.Marketo.FillForm(lead, "Demo");

        var page = await AskAsync(client, $"activities.json?{Types}&nextPageToken={Uri.EscapeDataString((string)since["nextPageToken"]!)}");
        var later = await AskAsync(client, $"activities.json?{Types}&nextPageToken={Uri.EscapeDataString((string)page["nextPageToken"]!)}");

        Assert.Equal(2, (int)Assert.Single(page["result"]!.AsArray())!["activityTypeId"]!);
        Assert.False((bool)page["moreResult"]!);
        Assert.False(later.AsObject().ContainsKey("result"));
    }

    [Fact]
    public async Task Refusals_are_200_with_a_code()
    {
        using var client = await SignInAsync();
        var token = (string)(await AskAsync(client, "activities/pagingtoken.json?sinceDatetime=2020-01-01T00:00:00Z"))["nextPageToken"]!;
        Sandbox.Marketo.ExpirePagingTokens();
        Assert.Equal("1003", Code(await AskAsync(client, $"activities.json?{Types}&nextPageToken={Uri.EscapeDataString(token)}")));
        Sandbox.Faults.Set("marketo", new Fault { Status = 429, Count = 1 });
        Assert.Equal("606", Code(await AskAsync(client, "leads.json?filterType=id&filterValues=1&fields=id")));
        using var stranger = new HttpClient { BaseAddress = client.BaseAddress };
        Assert.Equal("601", Code(await AskAsync(stranger, "leads.json?filterType=id&filterValues=1&fields=id")));
    }

    [Fact]
    public async Task A_lead_that_is_not_there_is_skipped_and_one_that_is_changes_with_an_activity()
    {
        using var client = await SignInAsync();
        var lead = Sandbox.Marketo.CreateLead("ana@example.com");

        using var answer = await client.PostAsync("leads.json", Json($$"""{"action":"updateOnly","lookupField":"id","input":[{"id":{{lead}},"leadStatus":"Working"},{"id":1,"leadStatus":"Working"}]}"""), Cancelled);

        Assert.Equal(["updated", "skipped"], (await BodyOf(answer))["result"]!.AsArray().Select(result => (string)result!["status"]!));
        Assert.Equal("Working", Sandbox.Marketo.Field(lead, "leadStatus"));
    }

    private static string Code(JsonNode answer) => (string)answer["errors"]![0]!["code"]!;

    private static async Task<JsonNode> AskAsync(HttpClient client, string path) => (await client.GetFromJsonAsync<JsonNode>(path, Cancelled))!;

    private async Task<HttpClient> SignInAsync()
    {
        var client = new HttpClient { BaseAddress = new($"{Sandbox.Url}/marketo/rest/v1/") };
        using var answer = await client.PostAsync($"{Sandbox.Url}/marketo/identity/oauth/token?grant_type=client_credentials&client_id={Options.Marketo.ClientId}&client_secret={Options.Marketo.ClientSecret}", null, Cancelled);
        client.DefaultRequestHeaders.Authorization = new("Bearer", (string?)(await BodyOf(answer))["access_token"]);
        return client;
    }
}
