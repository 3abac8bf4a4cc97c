using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost;

/// <summary>The application and the surroundings of a <see cref="LocalFunctionsHost"/>.</summary>
public sealed record FunctionsHostOptions
{
    /// <summary>Gets the built function app: the directory with its assembly and host.json.</summary>
    public required string ApplicationDirectory { get; init; }

    /// <summary>Gets where keys and the state of timers are kept.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// Gets the addresses to serve, separated by semicolons. Port 0 means a free port. Default:
    /// <c>http://localhost:7071</c>.
    /// </summary>
    public string Urls { get; init; } = "http://localhost:7071";

    /// <summary>
    /// Gets app settings, with <c>:</c> or <c>__</c> between the parts of a key. They count more than the app's
    /// local.settings.json. The environment of this process counts only if it is among them.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Gets what starts the worker; null for a process of its own.</summary>
    public IWorkerLauncher? Launcher { get; init; }

    /// <summary>Gets the clock of timers, of time limits, and of the pauses between restarts.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Gets what to log to besides the levels of host.json; null for the console.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>
    /// Gets the failure of the worker within half an hour at which the host gives up. Default: 3, as on the real host.
    /// </summary>
    public int WorkerFailureLimit { get; init; } = RestartPolicy.DefaultLimit;
}
