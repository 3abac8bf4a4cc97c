using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>
/// Starts the worker as a process of its own. It ends with the host, however the host ends: see
/// <see cref="StartupHook"/>.
/// </summary>
internal sealed class WorkerProcessLauncher(ILogger logger) : IWorkerLauncher
{
    private const string RuntimeConfig = ".runtimeconfig.json";

    /// <summary>
    /// Runtime settings for a small process that shares its machine. Less memory and a quicker start are worth more
    /// than the last bit of speed, and threads that spin while they wait take processor time from the other processes.
    /// </summary>
    private static readonly Dictionary<string, string> Runtime = new()
    {
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
    };

    /// <inheritdoc/>
    public Task<IWorker> StartAsync(WorkerStart start, CancellationToken cancellationToken) =>
        Task.FromResult<IWorker>(WorkerProcess.Start(Describe(start), logger));

    /// <summary>Returns the assembly of a function app: the one that has a runtime configuration.</summary>
    /// <exception cref="InvalidConfigurationException">The directory is not a built function app.</exception>
    public static string FindAssembly(string applicationDirectory)
    {
        string[] found = Directory.Exists(applicationDirectory) ? Directory.GetFiles(applicationDirectory, "*" + RuntimeConfig) : [];
        return found is [var only]
            ? only[..^RuntimeConfig.Length] + ".dll"
            : throw new InvalidConfigurationException(
                [$"{applicationDirectory} must be the output of a built function app with one *{RuntimeConfig}; it has {found.Length}."]);
    }

    private static ProcessStartInfo Describe(WorkerStart start)
    {
        var process = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = start.ApplicationDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                FindAssembly(start.ApplicationDirectory),
                "--functions-uri",
                start.HostEndpoint.ToString(),
                "--functions-worker-id",
                start.WorkerId,
                "--functions-request-id",
                start.WorkerId,
                "--functions-grpc-max-message-length",
                $"{int.MaxValue}",
            },
        };
        foreach (var (name, value) in Runtime)
        {
            process.Environment.TryAdd(name, value);
        }

        foreach (var (name, value) in start.Settings)
        {
            process.Environment[name] = value;
        }

        process.Environment["FUNCTIONS_WORKER_DIRECTORY"] = start.ApplicationDirectory;
        process.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = start.ApplicationDirectory;
        var hook = typeof(WorkerProcessLauncher).Assembly.Location;
        process.Environment[StartupHook.Variable] =
            process.Environment.TryGetValue(StartupHook.Variable, out var others) && others is { Length: > 0 }
                ? others + Path.PathSeparator + hook
                : hook;
        SetClock(process, start);
        if (OperatingSystem.IsWindows())
        {
            // On other systems the hook does this: Ctrl+C is for the host, which then ends the worker.
            process.CreateNewProcessGroup = true;
        }

        return process;
    }

    /// <summary>Asks the worker to run <see cref="WorkerClock"/> when its clock is to be wrong.</summary>
    /// <exception cref="InvalidConfigurationException">The offset is not a time.</exception>
    private static void SetClock(ProcessStartInfo process, WorkerStart start)
    {
        if (start.Settings.GetValueOrDefault("LocalPlatform__ClockOffset") is not { Length: > 0 } offset)
        {
            return;
        }

        process.Environment[WorkerClock.Variable] = TimeSpan.TryParse(offset, CultureInfo.InvariantCulture, out _)
            ? offset
            : throw new InvalidConfigurationException(["LocalPlatform:ClockOffset: must be a time, for example -00:05:00."]);
        process.Environment[WorkerClock.Startups] = typeof(WorkerClock).Assembly.GetName().Name;
    }
}
