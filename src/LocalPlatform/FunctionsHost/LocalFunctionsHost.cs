using System.Security.Cryptography;
using System.Text;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Http;
using IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using IntegrationHub.LocalPlatform.FunctionsHost.Timers;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost;

/// <summary>Runs a function app on this machine as the Functions host on Azure does. Not for production.</summary>
public sealed partial class LocalFunctionsHost : IAsyncDisposable
{
    /// <summary>The secrets that hashes and the archive of the hub need.</summary>
    private static readonly (string Setting, string File, string What)[] Secrets =
    [
        ("Hub:Peppers", "peppers", "Pepper"),
        ("Archive:Keys", "archive-keys", "Archive key"),
    ];


    /// <summary>The time that requests and invocations may take to end on a stop. Then they are cut.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(4);

    /// <summary>The time that the worker may take to end. Then it is killed.</summary>
    private static readonly TimeSpan WorkerGrace = TimeSpan.FromSeconds(2);

    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggerFactory _loggers;
    private ILoggerFactory? _ownLoggers;
    private HttpFront? _front;
    private WorkerSupervisor? _workers;
    private IReadOnlyList<ITriggerListener> _listeners = [];
    private Task _watching = Task.CompletedTask;
    private int _isStopped;

    private LocalFunctionsHost(ILoggerFactory loggers) => _loggers = loggers;

    /// <summary>Gets where it serves.</summary>
    public IReadOnlyList<Uri> Addresses => _front!.Addresses;

    /// <summary>
    /// Gets a task that fails with <see cref="WorkerEndedException"/> when the worker fails too often, and completes
    /// when the host was stopped.
    /// </summary>
    public Task Completion => _workers!.Completion;

    /// <summary>Starts the worker and everything that calls its functions. Returns once all of it runs.</summary>
    /// <exception cref="InvalidConfigurationException">The app asks for what the host does not do, or a setting is
    /// missing; all faults are listed.</exception>
    /// <exception cref="WorkerEndedException">The worker does not start.</exception>
    public static async Task<LocalFunctionsHost> StartAsync(FunctionsHostOptions options, CancellationToken cancellationToken)
    {
        var given = new ConfigurationBuilder()
            .AddInMemoryCollection(options.Settings.Select(
                each => KeyValuePair.Create(each.Key.Replace("__", ":", StringComparison.Ordinal), each.Value)))
            .Build();
        var settings = AppSettings.Read(options.ApplicationDirectory, given);
        var hostJson = HostJson.Read(options.ApplicationDirectory, settings);
        var loggers = HostLogging.Create(hostJson, options.Logging);
        try
        {
            var host = await StartAsync(options, settings, hostJson, loggers, Task.CompletedTask, cancellationToken);
            host._ownLoggers = loggers;
            return host;
        }
        catch
        {
            loggers.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Starts it with files that are read already. The worker starts once <paramref name="services"/> listen.
    /// </summary>
    internal static async Task<LocalFunctionsHost> StartAsync(
        FunctionsHostOptions options,
        AppSettings settings,
        HostJson hostJson,
        ILoggerFactory loggers,
        Task services,
        CancellationToken cancellationToken)
    {
        var host = new LocalFunctionsHost(loggers);
        try
        {
            var application = Path.GetFullPath(options.ApplicationDirectory);
            await host.StartAsync(
                options with { ApplicationDirectory = application },
                settings.WithDefaults(WorkerDefaults).WithDefaults(SecretsOf(settings, options.DataDirectory)),
                hostJson,
                services,
                cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops listening, cancels running timers and messages, lets requests finish for a few seconds, then ends
    /// the worker. Idempotent.
    /// </summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) != 0)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(DrainTimeout);
        var draining =
            Task.WhenAll([_front?.StopAsync(timeout.Token) ?? Task.CompletedTask, .. _listeners.Select(each => each.StopAsync())]);
        await draining.WaitAsync(DrainTimeout + TimeSpan.FromSeconds(1), CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!draining.IsCompletedSuccessfully)
        {
            Log.NotDrained(_loggers.CreateLogger<LocalFunctionsHost>());
        }

        await _stopping.CancelAsync();
        if (_workers is not null)
        {
            await _workers.StopAsync(WorkerGrace);
        }

        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        while (_parts.TryPop(out var part))
        {
            await part.DisposeAsync();
        }

        _stopping.Dispose();
        _ownLoggers?.Dispose();
    }

    /// <summary>The defaults of the worker's settings.</summary>
    private static Dictionary<string, string?> WorkerDefaults { get; } = new()
    {
        ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",

        // Each entry travels to the host; those of ASP.NET Core alone would cost more than the request itself.
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
    };

    /// <summary>Returns the secrets of the hub that no setting has. They are made on the first start.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> SecretsOf(AppSettings settings, string dataDirectory) =>
        Secrets.Where(secret => !settings.IsSet(secret.Setting)).Select(secret => new KeyValuePair<string, string?>(
            secret.Setting,
            KeptSecret.Load(
                Path.Combine(dataDirectory, secret.File), secret.What, isPrinted: false,
                () => $"k1:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}")));

    private async Task StartAsync(
        FunctionsHostOptions options, AppSettings settings, HostJson hostJson, Task services, CancellationToken cancellationToken)
    {
        CheckRuntime(settings);
        var locks = new MessageLocks();
        var connections = new WorkerConnections();
        var keys = FunctionKeys.Load(settings, options.DataDirectory);
        _front = Own(await HttpFront.StartAsync(options.Urls, settings, hostJson, _loggers, cancellationToken));
        var endpoint = Own(await WorkerEndpoint.StartAsync(connections, locks, _loggers, cancellationToken));
        _workers = Own(new WorkerSupervisor(
            options.Launcher ?? new WorkerProcessLauncher(_loggers.CreateLogger<WorkerProcessLauncher>()),
            connections,
            options.ApplicationDirectory,
            settings.With([new("Hub:FunctionKey", keys.Default)]),
            new RestartPolicy(options.Clock, options.WorkerFailureLimit),
            new WorkerLog(_loggers).Write,
            options.Clock,
            _loggers.CreateLogger<WorkerSupervisor>()));
        var invoker = new Invoker(_workers, hostJson.FunctionTimeout, options.Clock, _loggers);
        var clients = Own(new ServiceBusClients(settings));
        var timers = new TimerStore(Path.Combine(options.DataDirectory, "timers"));
        var listeners = new TriggerListeners(invoker, clients, locks, hostJson.ServiceBus, timers, options.Clock, _loggers);

        await services;
        var functions = await _workers.StartAsync(endpoint.Address).WaitAsync(cancellationToken);
        _listeners = [.. listeners.Create(functions).Select(Own)];
        _watching = invoker.WatchAsync(_stopping.Token);
        _front.Serve(functions, Own(new FunctionForwarder(_workers, invoker, keys, _front.Forwarder)));
        await Task.WhenAll(_listeners.Select(each => each.StartAsync(cancellationToken)));
        Log.Functions(_loggers.CreateLogger<LocalFunctionsHost>(), Describe(functions));
    }

    private static void CheckRuntime(AppSettings settings)
    {
        if (settings["FUNCTIONS_WORKER_RUNTIME"] is var runtime && runtime != "dotnet-isolated")
        {
            throw new InvalidConfigurationException(
                [$"FUNCTIONS_WORKER_RUNTIME: must be dotnet-isolated, not {runtime}; the local host runs no other workers."]);
        }
    }

    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Push(part);
        return part;
    }

    private string Describe(IReadOnlyList<FunctionDefinition> functions)
    {
        var list = new StringBuilder();
        foreach (var function in functions)
        {
            var what = function.Trigger switch
            {
                HttpTrigger http => $"[{Methods(http)}] {Addresses[0]}{_front!.PathOf(http)}",
                TimerTrigger timer => $"timer {timer.Schedule}",
                ServiceBusTrigger bus => $"messages of {bus.Entity}{(bus.Subscription is { } subscription ? $"/{subscription}" : "")}",
                var other => other.GetType().Name,
            };
            list.Append(Environment.NewLine).Append("  ").Append(function.Name).Append(": ").Append(what);
        }

        return list.Length == 0 ? " none" : list.ToString();
    }

    private static string Methods(HttpTrigger http) =>
        http.Methods.Count > 0 ? string.Join(',', http.Methods).ToUpperInvariant() : "ALL";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Functions:{List}")]
        public static partial void Functions(ILogger logger, string list);

        [LoggerMessage(2, LogLevel.Warning, "Not everything under way ended in time; it is cut.")]
        public static partial void NotDrained(ILogger logger);
    }
}
