using IntegrationHub.LocalPlatform.FunctionsHost;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using IntegrationHub.LocalPlatform.ProbeApp;
using IntegrationHub.Tests.Support;
using IntegrationHub.Tests.Support.Functions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

/// <summary>A host in this process that runs some functions of the probe app, on a free port, with a data directory of its own.</summary>
internal sealed class ProbeHost : IAsyncDisposable
{
    public const string Key = "open-sesame";
    public const string MasterKey = "open-everything";

    private readonly LocalFunctionsHost _host;
    private readonly IWorkerLauncher _launcher;
    private readonly string? _ownDirectory;

    private ProbeHost(LocalFunctionsHost host, IWorkerLauncher launcher, LogLines log, string? ownDirectory)
    {
        (_host, _launcher, Log, _ownDirectory) = (host, launcher, log, ownDirectory);
        Http = new() { BaseAddress = host.Addresses[0], Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Gets the functions that need nothing but HTTP.</summary>
    public static string[] HttpFunctions { get; } =
    [
        "ReadLead", "EraseLead", "Plain", "Typed", "Written", "Locked", "LockedByDefault", "Master", "Broken", "Sized", "Setting", "Early", "Half", "Wait",
        "Stubborn", "Waits", "Process", "Exit", "Clock",
    ];

    public HttpClient Http { get; }

    public LogLines Log { get; }

    public LocalFunctionsHost Host => _host;

    /// <summary>Gets the worker that was started last, when it runs as a process.</summary>
    public IWorker Worker => ((WatchedLauncher)_launcher).Worker;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts it with its worker as a process.</summary>
    public static Task<ProbeHost> StartAsync(string[] functions, params (string Key, string? Value)[] settings) => StartAsync(functions, new Options(), settings);

    /// <summary>Starts it with its worker as a process, in another way than most.</summary>
    public static Task<ProbeHost> StartAsync(string[] functions, Options options, params (string Key, string? Value)[] settings) =>
        StartAsync(functions, options, new WatchedLauncher(), settings);

    /// <summary>Starts it with its worker in this process, whose parts a test may look at.</summary>
    public static Task<ProbeHost> StartInProcessAsync(string[] functions, params (string Key, string? Value)[] settings) =>
        StartAsync(functions, new(), new InProcessLauncher(new GeneratedFunctionMetadataProvider(), Probe.Build), settings);

    /// <summary>A part of the worker, when it runs in this process.</summary>
    public T Get<T>()
        where T : notnull => ((InProcessLauncher)_launcher).Host.Services.GetRequiredService<T>();

    public async Task<(int Status, string Body, string? Type)> SendAsync(string method, string path, string? key = null, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(new(method), path) { Content = body };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("x-functions-key", key);
        }

        using var answer = await Http.SendAsync(request, Stop);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop), answer.Content.Headers.ContentType?.MediaType);
    }

    public Task<string> GetAsync(string path) => Http.GetStringAsync(new Uri(path, UriKind.Relative), Stop);

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Http.Dispose();
        if (_ownDirectory is not null)
        {
            Directory.Delete(_ownDirectory, recursive: true);
        }
    }

    private static async Task<ProbeHost> StartAsync(string[] functions, Options options, IWorkerLauncher launcher, (string Key, string? Value)[] settings)
    {
        var log = new LogLines();
        var all = await new GeneratedFunctionMetadataProvider().GetFunctionMetadataAsync("");
        var disabled = all.Select(each => each.Name!).Except(functions).Select(name => KeyValuePair.Create($"AzureWebJobs.{name}.Disabled", (string?)"true"));
        var own = options.DataDirectory is null ? Directory.CreateTempSubdirectory("host-").FullName : null;
        Dictionary<string, string?> values = new(disabled) { ["Hub:FunctionKey"] = Key, ["Hub:MasterKey"] = MasterKey };
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        var host = await LocalFunctionsHost.StartAsync(
            new()
            {
                ApplicationDirectory = options.ApplicationDirectory ?? Built.ProbeApp,
                DataDirectory = options.DataDirectory ?? own!,
                Urls = "http://127.0.0.1:0",
                Settings = values,
                Launcher = launcher,
                Logging = logging => logging.AddProvider(log),
                WorkerFailureLimit = options.WorkerFailureLimit,
            },
            Stop);
        return new(host, launcher, log, own);
    }

    internal sealed record Options
    {
        public string? ApplicationDirectory { get; init; }

        public string? DataDirectory { get; init; }

        public int WorkerFailureLimit { get; init; } = 3;
    }

    private sealed class WatchedLauncher : IWorkerLauncher
    {
        private readonly WorkerProcessLauncher _launcher = new(NullLogger.Instance);

        public IWorker Worker { get; private set; } = null!;

        public async Task<IWorker> StartAsync(WorkerStart start, CancellationToken cancellationToken) => Worker = await _launcher.StartAsync(start, cancellationToken);
    }
}
