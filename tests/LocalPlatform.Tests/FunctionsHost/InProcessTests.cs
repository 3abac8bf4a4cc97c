using IntegrationHub.LocalPlatform.FunctionsHost;
using IntegrationHub.LocalPlatform.ProbeApp;
using IntegrationHub.Tests.Support.Functions;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

/// <summary>A worker in the process of its host, which is how other tests look into the hub.</summary>
public sealed class InProcessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hosts_with_their_workers_run_in_one_process()
    {
        await using var first = await StartAsync("first");
        await using var second = await StartAsync("second");

        Assert.Equal("first", await AskAsync(first));
        Assert.Equal("second", await AskAsync(second));
    }

    private static async Task<string> AskAsync(LocalFunctionsHost host)
    {
        using var http = new HttpClient { BaseAddress = host.Addresses[0] };
        return await http.GetStringAsync(new Uri("api/settings/Probe:Name", UriKind.Relative), Stop);
    }

    private static Task<LocalFunctionsHost> StartAsync(string name) => LocalFunctionsHost.StartAsync(
        new()
        {
            ApplicationDirectory = AppContext.BaseDirectory,
            DataDirectory = Directory.CreateTempSubdirectory("host-").FullName,
            Urls = "http://127.0.0.1:0",
            Settings = new Dictionary<string, string?> { ["Probe:Name"] = name, ["Hub:FunctionKey"] = "open-sesame" },
            Launcher = new InProcessLauncher(new GeneratedFunctionMetadataProvider(), Probe.Build),
        },
        Stop);
}
