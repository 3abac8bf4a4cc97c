using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Tests;

/// <summary>A sandbox of a test's own, with a client for each vendor that has what the vendor wants to see.</summary>
public abstract class SandboxFixture : IAsyncLifetime
{
    protected SandboxHost Sandbox { get; private set; } = null!;

    protected HttpClient HubSpot { get; } = new();

    protected HttpClient Salesforce { get; } = new();

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected virtual SandboxOptions Options => new() { Urls = "http://127.0.0.1:0" };

    public async ValueTask InitializeAsync()
    {
        Sandbox = await SandboxHost.StartAsync(Options, Cancelled);
        HubSpot.BaseAddress = new($"{Sandbox.Url}/hubspot/");
        HubSpot.DefaultRequestHeaders.Authorization = new("Bearer", Options.HubSpot.PrivateAppToken);
        Salesforce.BaseAddress = new($"{Sandbox.Url}/salesforce/");
        await LogInToSalesforceAsync();
    }

    public async ValueTask DisposeAsync()
    {
        HubSpot.Dispose();
        Salesforce.Dispose();
        await Sandbox.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static async Task<JsonNode> BodyOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancelled))!;

    protected async Task LogInToSalesforceAsync()
    {
        var answer = await Salesforce.PostAsync("services/oauth2/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = Options.Salesforce.ClientId,
            ["client_secret"] = Options.Salesforce.ClientSecret,
        }), Cancelled);
        Salesforce.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string?)(await BodyOf(answer))["access_token"]);
    }

    protected static async Task<(int Status, JsonNode Body)> PostAsync(HttpClient client, string path, string json)
    {
        using var answer = await client.PostAsync(path, Json(json), Cancelled);
        return ((int)answer.StatusCode, await BodyOf(answer));
    }

    protected static async Task<(int Status, JsonNode? Body)> PatchAsync(HttpClient client, string path, string json)
    {
        using var answer = await client.PatchAsync(path, Json(json), Cancelled);
        return ((int)answer.StatusCode, answer.Content.Headers.ContentLength == 0 || answer.StatusCode == System.Net.HttpStatusCode.NoContent ? null : await BodyOf(answer));
    }

    protected static async Task<(int Status, JsonNode Body)> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Cancelled);
        return ((int)answer.StatusCode, await BodyOf(answer));
    }

    protected Task<(int Status, JsonNode Body)> QueryAsync(string soql, string path = "query") =>
        GetAsync(Salesforce, $"services/data/v60.0/{path}?q={Uri.EscapeDataString(soql)}");

    protected static StringContent Json(string json) => new(json, System.Text.Encoding.UTF8, "application/json");
}
