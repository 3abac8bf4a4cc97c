using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using IntegrationHub.Sandbox;
using IntegrationHub.Sandbox.Salesforce;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Demo;

/// <summary>Everything the story needs, in this process: the sandbox, the hub, and what the hub brings along. What is seen of the hub and the mailbox is seen over HTTP.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int UsualPort = 7071;

    private readonly IHost _hub;
    private readonly DirectoryInfo _directory;
    private readonly HttpClient _http = new();

    private Stage(IHost hub, SandboxHost sandbox, DirectoryInfo directory, string hubUrl, string key)
    {
        (_hub, Sandbox, _directory, HubUrl, Key) = (hub, sandbox, directory, hubUrl, key);
        MailboxUrl = hub.Services.GetRequiredService<IConfiguration>()["Mail:Page"]
            ?? throw new InvalidOperationException("A mail server is named in the environment (Mail__Smtp__…). The demo brings its own: take the setting out.");
        _http.DefaultRequestHeaders.Add("x-functions-key", key);
    }

    public SandboxHost Sandbox { get; }

    public string HubUrl { get; }

    public string Key { get; }

    public string MailboxUrl { get; }

    public string LogFile => LogFileIn(_directory);

    /// <summary>Gets the signal that somebody wants an end (Ctrl+C).</summary>
    public CancellationToken Ending => _hub.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    /// <summary>Gets or sets a value indicating whether the data directory goes when the demo does.</summary>
    public bool Tidy { get; set; } = true;

    /// <summary>Starts all of it.</summary>
    public static async Task<Stage> SetAsync()
    {
        try
        {
            return await SetAsync(FreePort(UsualPort));
        }
        catch (IOException)
        {
            // Another hub that was starting too has taken the port meanwhile.
            return await SetAsync(FreePort(0));
        }
    }

    /// <summary>The lead of a person; null while the hub knows none.</summary>
    public async Task<LeadAnswer?> LeadAsync(Person person, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync($"{HubUrl}/api/leads?email={Uri.EscapeDataString(person.Email)}", cancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<LeadAnswer>(cancellationToken);
    }

    public async Task<HealthAnswer> HealthAsync(CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<HealthAnswer>($"{HubUrl}/api/health", cancellationToken))!;

    /// <summary>The mails that arrived, oldest first.</summary>
    public async Task<IReadOnlyList<MailAnswer>> MailsAsync(CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<MailAnswer[]>($"{MailboxUrl}/email", cancellationToken))!;

    /// <summary>The Salesforce leads of a person, converted ones too.</summary>
    public IReadOnlyList<SalesforceRecord> SalesforceLeads(Person person) => [.. Sandbox.Salesforce.All("Lead").Where(lead => lead["Email"] == person.Email)];

    /// <summary>The Salesforce tasks that stand for a handoff.</summary>
    public IReadOnlyList<SalesforceRecord> SalesforceTasks(HandoffAnswer handoff) =>
        [.. Sandbox.Salesforce.All("Task").Where(task => task["IntegrationHub_Handoff_Id__c"] == handoff.Id)];

    /// <summary>Returns when somebody wants an end.</summary>
    public Task WhenEndingAsync() => _hub.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Sandbox.DisposeAsync();
        await _hub.StopAsync();
        await ((IAsyncDisposable)_hub).DisposeAsync();
        if (Tidy)
        {
            _directory.Delete(recursive: true);
        }
    }

    private static async Task<Stage> SetAsync(int port)
    {
        var directory = Directory.CreateTempSubdirectory("integration-hub-demo-");
        var hubUrl = $"http://127.0.0.1:{port}";
        var key = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var played = DemoSettings.Sandbox(hubUrl);
        var sandbox = await SandboxHost.StartAsync(played);

        // Salesforce stamps full seconds; where days are seconds, that would be too coarse.
        sandbox.Salesforce.Stamps = StampMode.Growing;
        var hub = Functions.Hub.Build(
            DemoSettings.Hub(hubUrl, key, directory.FullName, sandbox, played),
            services => services.AddLogging(logging => logging.ClearProviders().AddProvider(new FileLog(LogFileIn(directory)))));
        var stage = new Stage(hub, sandbox, directory, hubUrl, key);
        try
        {
            await hub.StartAsync();
            return stage;
        }
        catch (Exception failure)
        {
            // A port that was taken needs no looking into; anything else has left its logs there.
            stage.Tidy = failure is IOException;
            await stage.DisposeAsync();
            throw;
        }
    }

    private static string LogFileIn(DirectoryInfo directory) => Path.Combine(directory.FullName, "hub.log");

    private static int FreePort(int wanted)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, wanted));
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException) when (wanted != 0)
        {
            return FreePort(0);
        }
    }
}
