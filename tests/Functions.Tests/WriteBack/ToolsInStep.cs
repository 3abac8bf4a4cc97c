using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Polling;
using IntegrationHub.Funnel;
using IntegrationHub.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Tests.WriteBack;

/// <summary>A running hub between real connectors and sandboxes of one tool each.</summary>
internal sealed class ToolsInStep : IAsyncDisposable
{
    private readonly ServiceProvider _provider;
    private readonly Counters _counters;

    private ToolsInStep(IReadOnlyList<SandboxHost> tools, IReadOnlyList<string> names, ServiceProvider provider, TestHub hub)
    {
        Tools = tools;
        Names = names;
        Hub = hub;
        _provider = provider;
        _counters = hub.Count();
    }

    public IReadOnlyList<SandboxHost> Tools { get; }

    public IReadOnlyList<string> Names { get; }

    public TestHub Hub { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts sandboxes and the hub.</summary>
    /// <param name="azurite">The tables.</param>
    /// <param name="types">The tools' types.</param>
    /// <param name="settings">Further settings of the connectors, as <c>{index}:{key}</c>.</param>
    public static async Task<ToolsInStep> StartAsync(Azurite azurite, string[] types, params (string Key, string Value)[] settings)
    {
        var names = types.Select((type, number) => $"{type}{number}".ToLowerInvariant()).ToList();
        var tools = await Task.WhenAll(types.Select((_, i) => SandboxHost.StartAsync(new() { Urls = "http://127.0.0.1:0", Salesforce = new() { OrganizationId = OrganizationOf(i) } }, Token)));
        var section = new Dictionary<string, string?>();
        for (var i = 0; i < types.Length; i++)
        {
            foreach (var (key, value) in SettingsOf(types[i], tools[i].Url, OrganizationOf(i)))
            {
                section[$"Connectors:{names[i]}:{key}"] = value;
            }
        }

        foreach (var (key, value) in settings)
        {
            section[$"Connectors:{names[key[0] - '0']}:{key[2..]}"] = value;
        }

        var provider = new ServiceCollection().AddLogging().AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(section).Build()).BuildServiceProvider();
        var hub = await TestHub.CreateAsync(azurite, TimeProvider.System, [.. provider.GetServices<IConnector>()], "--Hub:PublicUrl=http://hub.test");
        await hub.StartAsync();
        for (var i = 0; i < types.Length; i++)
        {
            tools[i].HubSpot.Webhooks.TargetUrl = types[i] == "HubSpot" ? $"{hub.Url}api/webhooks/{names[i]}" : null;
            tools[i].HubSpot.Webhooks.PublicUrl = $"http://hub.test/api/webhooks/{names[i]}";
        }

        return new(tools, names, provider, hub);
    }

    /// <summary>The lead that a tool's record leads to, once it has come to be known and all is quiet.</summary>
    public async Task<LeadId> LeadAsync(int tool, string record)
    {
        LeadId? lead = null;
        await EventuallyAsync(async () => (lead = await Hub.Get<IdentityStore>().FindAsync(IdentityKey.Person(Names[tool], record), Token)) is not null, $"{record} is known");
        return lead!;
    }

    /// <summary>Waits until the journey is as a test wants it.</summary>
    public Task UntilAsync(LeadId lead, Func<Journey, bool> isSo, string what) =>
        EventuallyAsync(async () => await Hub.Journeys.LoadAsync(lead, Token) is { Facts.IsEmpty: false } state && isSo(JourneyFold.Fold(lead, state.Facts.Values, Leads.Policy)), what);

    /// <summary>Waits for what comes of the tools' changes: every look asks the tools that have to be asked.</summary>
    public Task EventuallyAsync(Func<Task<bool>> condition, string what) => Eventually.TrueAsync(
        async () =>
        {
            await Hub.Get<PollFlow>().PollAllAsync(Token);
            return await condition();
        },
        what);

    /// <summary>Polls the tools until no fact and no write is new and the bus is empty.</summary>
    public async Task SettleAsync()
    {
        for (var (before, after) = (-1L, 0L); before != after; before = after, after = _counters["hub.facts"] + Tools.Index().Sum(tool => Writes(tool.Index)))
        {
            await Hub.Get<PollFlow>().PollAllAsync(Token);
            foreach (var tool in Tools)
            {
                await tool.HubSpot.Webhooks.WhenSettledAsync(Token);
            }

            await Eventually.TrueAsync(IsQuietAsync, "nothing is left on the bus");
        }

        await NextSecondAsync();
    }

    /// <summary>Waits for the next second: Salesforce tells time by it, and what is changed there next is to be later than what was changed elsewhere.</summary>
    public static Task NextSecondAsync()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return Eventually.TrueAsync(() => DateTimeOffset.UtcNow.ToUnixTimeSeconds() > now, "the second is over");
    }

    /// <summary>How many writes to people a tool has got.</summary>
    public int Writes(int tool) => Tools[tool].Calls.Recent.Count(call => call.Method == "PATCH" && (call.Target.Contains("/Lead/", StringComparison.Ordinal) || call.Target.Contains("/Contact/", StringComparison.Ordinal)
        || call.Target.Contains("/contacts/", StringComparison.Ordinal)));

    /// <summary>The notices that are open about a lead's breakers.</summary>
    public async Task<IReadOnlyList<(string Key, string Subject)>> NoticesAsync(LeadId lead)
    {
        var notices = new List<(string, string)>();
        var table = await Hub.Get<HubTables>().GetAsync(HubTables.Notices, Token);
        await foreach (var row in table.QueryAsync<Azure.Data.Tables.TableEntity>((string?)null, cancellationToken: Token))
        {
            notices.Add((row.GetString("Key")!, row.GetString("Subject")!));
        }

        return [.. notices.Where(notice => notice.Item1.Contains(lead.Value, StringComparison.Ordinal))];
    }

    public async ValueTask DisposeAsync()
    {
        _counters.Dispose();
        await Hub.DisposeAsync();
        await _provider.DisposeAsync();
        foreach (var tool in Tools)
        {
            await tool.DisposeAsync();
        }
    }

    private async Task<bool> IsQuietAsync() =>
        (await Hub.MessagesAsync("inbound", null)).Count == 0 && (await Hub.MessagesAsync("funnel", "to-sales")).Count == 0 && (await Hub.MessagesAsync("funnel", "to-marketing")).Count == 0;

    /// <summary>Two organisations may have records of one id, and do here.</summary>
    private static string OrganizationOf(int tool) => $"00D5g00000{tool}AbCdEAK";

    private static Dictionary<string, string?> SettingsOf(string type, string url, string organization) => type == "HubSpot"
        ? new()
        {
            ["Type"] = type,
            ["BaseUrl"] = $"{url}/hubspot",
            ["ClientSecret"] = "sandbox-hubspot-client-secret",
            ["PortalId"] = "62515",
            ["AccessToken"] = "pat-sandbox",
        }
        : new()
        {
            ["Type"] = type,
            ["BaseUrl"] = $"{url}/salesforce",
            ["ClientId"] = "sandbox-salesforce-client",
            ["OrganizationId"] = organization,
            ["ClientSecret"] = "sandbox-salesforce-client-secret",
        };
}
