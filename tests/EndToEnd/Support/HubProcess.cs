using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using IntegrationHub.Sandbox.HubSpot;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.EndToEnd.Support;

/// <summary>
/// The hub as the local platform runs it, a Functions host and its worker, configured by environment variables alone: both can be killed and started again on
/// the same data.
/// </summary>
internal sealed class HubProcess(IReadOnlyDictionary<string, string> environment) : IAsyncDisposable
{
    public const string Key = "end-to-end-key";
    public const string ClientSecret = "sandbox-hubspot-client-secret";

    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    public string Url { get; } = FreePort.Url();

    public string WebhookUrl => $"{Url}/api/webhooks/hubspot";

    public HttpClient Http { get; } = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Gets the process of the Functions host.</summary>
    public int HostId => _process!.Id;

    /// <summary>Gets a value indicating whether the host runs.</summary>
    public bool Runs => _process is { HasExited: false };

    public string Log => string.Join(Environment.NewLine, _log);

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync()
    {
        Launch();
        await Wait.UntilAsync("the hub answers", TimeSpan.FromSeconds(60), async () =>
        {
            Assert.True(Runs, $"The hub ended:{Environment.NewLine}{Log}");
            return await AnswersAsync();
        });
    }

    /// <summary>Whether its functions answer.</summary>
    public async Task<bool> AnswersAsync()
    {
        try
        {
            using var answer = await Http.GetAsync($"{Url}/api/webhooks/hubspot");
            return answer.StatusCode == HttpStatusCode.MethodNotAllowed;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Starts it and does not wait.</summary>
    public void Launch()
    {
        var start = new ProcessStartInfo("dotnet", [Built.LocalPlatform, "host", Built.FunctionApp, "--urls", Url])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["Hub__PublicUrl"] = Url;
        start.Environment["Hub__FunctionKey"] = Key;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The worker that the host runs now.</summary>
    public async Task<int> WorkerIdAsync()
    {
        IReadOnlyList<int> children = [];
        await Wait.UntilAsync("the host has a worker", TimeSpan.FromSeconds(60), () => Task.FromResult((children = ProcessTree.ChildrenOf(HostId)).Count == 1));
        return children[0];
    }

    /// <summary>Asks the host to stop, as a service manager does, and waits until it has.</summary>
    public async Task<int> StopAsync()
    {
        ProcessTree.Terminate(HostId);
        await _process!.WaitForExitAsync();
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    /// <summary>Kills host and worker as a power cut would: SIGKILL, nothing is said goodbye to.</summary>
    public async Task KillAsync()
    {
        foreach (var worker in ProcessTree.ChildrenOf(HostId))
        {
            ProcessTree.Kill(worker);
        }

        await KillHostAsync();
    }

    /// <summary>Kills the host alone; its worker has to notice.</summary>
    public async Task KillHostAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

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

    /// <summary>Waits until nothing is left to do but what waits for a later attempt.</summary>
    public Task UntilIdleAsync() => Wait.UntilAsync("nothing waits on the bus", TimeSpan.FromSeconds(120), async () =>
        (await AskAsync("health")).GetProperty("queues").EnumerateArray().All(queue => queue.GetProperty("active").GetInt32() == 0));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

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
