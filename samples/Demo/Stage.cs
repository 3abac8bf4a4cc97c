using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using IntegrationHub.Sandbox;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.Demo;

/// <summary>
/// The parts of the story: the sandbox in this process, and the hub with its services. The story sees the
/// hub and the mailbox over HTTP only.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int UsualPort = 7071;

    private readonly Hub _hub;
    private readonly DirectoryInfo _directory;
    private readonly HttpClient _http = new();

    private Stage(Hub hub, SandboxHost sandbox, DirectoryInfo directory, string key)
    {
        (_hub, Sandbox, _directory, Key) = (hub, sandbox, directory, key);
        _http.DefaultRequestHeaders.Add("x-functions-key", key);
    }

    public SandboxHost Sandbox { get; }

    public string HubUrl => _hub.Url;

    public string Key { get; }

    public string MailboxUrl => _hub.MailboxUrl;

    public string LogFile => _hub.LogFile;

    /// <summary>Gets or sets a value indicating whether the demo deletes its data directory at the end.</summary>
    public bool Tidy { get; set; } = true;

    /// <summary>Starts all of it.</summary>
    /// <param name="build">What was built.</param>
    /// <param name="narrator">Shows the progress.</param>
    /// <param name="deployed">Settings in place of the demo's own; null for those.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StartFailedException">Some of it does not start.</exception>
    public static async Task<Stage> SetAsync(
        HubBuild build, Narrator narrator, IReadOnlyDictionary<string, string>? deployed, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("integration-hub-demo-");
        var hubUrl = $"http://127.0.0.1:{Hub.FindPort(UsualPort)}";
        var key = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var played = DemoSettings.Sandbox(hubUrl);
        var sandbox = await narrator.StepAsync(
            "Starting a sandbox that plays HubSpot and Salesforce",
            "A sandbox plays HubSpot and Salesforce",
            _ => SandboxHost.StartAsync(played, cancellationToken));
        try
        {
            // Salesforce stamps full seconds; where days are seconds, that would be too coarse.
            sandbox.Salesforce.Stamps = StampMode.Growing;
            var settings = DemoSettings.Hub(hubUrl, key, directory.FullName, sandbox, played, deployed);
            var hub = await narrator.StepAsync(
                "Starting Azurite, maildev, the bus and the hub",
                $"The hub answers on {hubUrl}",
                tell => Hub.StartAsync(build, hubUrl, Path.Combine(directory.FullName, "hub.log"), settings, tell, cancellationToken));
            return new(hub, sandbox, directory, key);
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
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

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _hub.DisposeAsync();
        await Sandbox.DisposeAsync();
        if (Tidy)
        {
            _directory.Delete(recursive: true);
        }
    }
}
