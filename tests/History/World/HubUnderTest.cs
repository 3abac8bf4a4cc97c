using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.History.World;

/// <summary>One of the hubs, host and worker, with proxies of its own before the tables, the bus and the tools.</summary>
internal sealed class HubUnderTest : IAsyncDisposable
{
    public const string Key = "history-key";

    private readonly Dictionary<string, string> _settings;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    private HubUnderTest(string name, HttpProxy tables, HttpProxy vendors, TcpProxy bus, Dictionary<string, string> settings)
    {
        (Name, Tables, Vendors, Bus, _settings) = (name, tables, vendors, bus, settings);
        Host = new(settings);
        _http.DefaultRequestHeaders.Add("x-functions-key", Key);
    }

    public string Name { get; }

    public HostProcess Host { get; }

    public HttpProxy Tables { get; }

    public HttpProxy Vendors { get; }

    public TcpProxy Bus { get; }

    /// <summary>Sets how wrong its clock is from its next start on.</summary>
    public TimeSpan ClockOffset
    {
        set => _settings["LocalPlatform__ClockOffset"] = value.ToString("c");
    }

    /// <param name="tables">The address of the tables.</param>
    /// <param name="vendors">The address of the tools.</param>
    /// <param name="bus">The port of the bus.</param>
    /// <param name="settings">Makes its settings from the proxies.</param>
    public static async Task<HubUnderTest> CreateAsync(
        string name, string tables, string vendors, int bus, Func<HttpProxy, HttpProxy, TcpProxy, Dictionary<string, string>> settings)
    {
        var (tableProxy, vendorProxy, busProxy) = (await HttpProxy.StartAsync(() => tables), await HttpProxy.StartAsync(() => vendors), new TcpProxy(bus));
        return new(name, tableProxy, vendorProxy, busProxy, settings(tableProxy, vendorProxy, busProxy));
    }

    /// <summary>The journey of a contact; null when there is none.</summary>
    public async Task<JsonElement?> FindLeadAsync(long contact)
    {
        using var answer = await _http.GetAsync($"{Host.Url}/api/leads?connector=hubspot&id={contact}");
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<HttpStatusCode> EraseAsync(string lead)
    {
        using var answer = await _http.DeleteAsync($"{Host.Url}/api/leads/{lead}");
        return answer.StatusCode;
    }

    /// <summary>The queues as health shows them; an empty list while it is not well.</summary>
    public async Task<IReadOnlyList<(int Active, int DeadLettered)>> QueuesAsync()
    {
        using var answer = await _http.GetAsync($"{Host.Url}/api/health");
        return answer.StatusCode != HttpStatusCode.OK
            ? []
            :
            [
                .. (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("queues").EnumerateArray()
                    .Select(queue => (queue.GetProperty("active").GetInt32(), queue.GetProperty("deadLettered").GetInt32())),
            ];
    }

    /// <summary>What the hubs gave up: queue and reason of each dead letter, a thousand of each queue at most.</summary>
    public async Task<IReadOnlyList<string>> DeadLettersAsync()
    {
        var letters = new List<string>();
        foreach (var entity in new[] { "inbound", "funnel/to-sales", "funnel/to-marketing", "funnel/alerts" })
        {
            using var answer = await _http.GetAsync($"{Host.Url}/api/deadletters?entity={entity}&top=1000");
            answer.EnsureSuccessStatusCode();
            var list = await answer.Content.ReadFromJsonAsync<JsonElement>();
            letters.AddRange(list.GetProperty("deadLetters").EnumerateArray().Select(letter => $"{entity}: {letter.GetProperty("reason").GetString()}"));
        }

        return letters;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Tables.DisposeAsync();
        await Vendors.DisposeAsync();
        await Bus.DisposeAsync();
        _http.Dispose();
    }
}
