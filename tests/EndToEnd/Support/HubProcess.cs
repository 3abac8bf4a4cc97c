using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using IntegrationHub.Sandbox.HubSpot;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.EndToEnd.Support;

/// <summary>The hub as the local platform runs it, and what tests say to it and ask of it.</summary>
internal sealed class HubProcess : IAsyncDisposable
{
    public const string Key = "end-to-end-key";
    public const string RelayToken = "sandbox-relay-token";
    public const string ClientSecret = "sandbox-hubspot-client-secret";

    public HubProcess(IReadOnlyDictionary<string, string> environment) => Host = new(new Dictionary<string, string>(environment) { ["Hub__FunctionKey"] = Key });

    /// <summary>Gets its processes, a Functions host and its worker, which can be killed and started again on the same data.</summary>
    public HostProcess Host { get; }

    public string Url => Host.Url;

    public string WebhookUrl => $"{Url}/api/webhooks/hubspot";

    public HttpClient Http { get; } = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromSeconds(20) };

    public string Log => Host.Log;

    /// <summary>Posts events as HubSpot does.</summary>
    public Task<HttpResponseMessage> PostAsync(params HubSpotChange[] changes) => PostRawAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(changes, JsonSerializerOptions.Web)));

    /// <summary>Posts any body, signed as HubSpot does.</summary>
    public async Task<HttpResponseMessage> PostRawAsync(byte[] body, DateTimeOffset? signedAt = null, string secret = ClientSecret, string connector = "hubspot")
    {
        var timestamp = (signedAt ?? DateTimeOffset.UtcNow).ToUnixTimeMilliseconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Url}/api/webhooks/{connector}") { Content = new ByteArrayContent(body) };
        request.Headers.Add("X-HubSpot-Signature-v3", HubSpotSignature.Sign(secret, WebhookUrl, body, timestamp));
        request.Headers.Add("X-HubSpot-Request-Timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        return await Http.SendAsync(request);
    }

    /// <summary>Posts a change event as a relay of Salesforce's does.</summary>
    public async Task<HttpStatusCode> PostChangeAsync(string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Url}/api/webhooks/salesforce/cdc") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", RelayToken);
        using var answer = await Http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>The journey of a HubSpot contact; null when there is none.</summary>
    public Task<JsonElement?> FindLeadAsync(long contact) => FindLeadAsync($"{contact}", "hubspot");

    /// <summary>The journey of a record in a tool; null when there is none.</summary>
    public async Task<JsonElement?> FindLeadAsync(string record, string connector)
    {
        using var answer = await Http.GetAsync($"{Url}/api/leads?connector={connector}&id={record}&code={Key}");
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>What the API says, asked with the key.</summary>
    public async Task<JsonElement> AskAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Url}/api/{path}") { Headers = { { "x-functions-key", Key } } };
        using var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    /// <summary>What health says while it is well; nothing while it is not.</summary>
    public async Task<JsonElement> FindHealthAsync()
    {
        using var answer = await Http.GetAsync($"{Url}/api/health?code={Key}", TestContext.Current.CancellationToken);
        return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken) : default;
    }

    /// <summary>How many messages the hub has given up.</summary>
    public async Task<int> DeadLettersAsync() => (await AskAsync("health")).GetProperty("queues").EnumerateArray().Sum(queue => queue.GetProperty("deadLettered").GetInt32());

    /// <summary>Waits until nothing is left to do but what waits for a later attempt.</summary>
    public Task UntilIdleAsync() => Wait.UntilAsync("nothing waits on the bus", TimeSpan.FromSeconds(120), async () =>
        (await AskAsync("health")).GetProperty("queues").EnumerateArray().All(queue => queue.GetProperty("active").GetInt32() == 0));

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Http.Dispose();
    }
}

/// <summary>One event of HubSpot's webhook.</summary>
internal sealed record HubSpotChange(long EventId, long ObjectId, string PropertyName, string PropertyValue, long OccurredAt)
{
    public long SubscriptionId { get; init; } = 77;

    public long PortalId { get; init; } = 62515;

    public long AppId { get; init; } = 54321;

    public string SubscriptionType { get; init; } = "contact.propertyChange";

    public int AttemptNumber { get; init; }

    public string ChangeSource { get; init; } = "CRM_UI";
}
