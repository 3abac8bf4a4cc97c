using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace IntegrationHub.Tests.Support;

/// <summary>
/// The hub as the local platform runs it: a Functions host and its worker, configured by environment variables alone. Both can be killed and started again on
/// the same data.
/// </summary>
/// <param name="environment">The settings.</param>
/// <param name="app">The folder of another function app; null for the hub.</param>
public sealed class HostProcess(IReadOnlyDictionary<string, string> environment, string? app = null) : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _log = new();
    private readonly HttpClient _http = new();
    private Process? _process;

    public string Url { get; } = FreePort.Url();

    /// <summary>Gets the id of the host's process.</summary>
    public int Id => _process!.Id;

    /// <summary>Gets a value indicating whether the host runs.</summary>
    public bool Runs => _process is { HasExited: false };

    /// <summary>Gets what host and worker have written, over all starts.</summary>
    public string Log => string.Join(Environment.NewLine, _log);

    /// <summary>Starts it and waits until its functions answer.</summary>
    public async Task StartAsync()
    {
        Launch();
        await Eventually.TrueAsync(
            () =>
            {
                Assert.True(Runs, $"The hub ended:{Environment.NewLine}{Log}");
                return AnswersAsync();
            },
            "the hub answers",
            Timeout);
    }

    /// <summary>Starts it and does not wait.</summary>
    public void Launch()
    {
        var start = new ProcessStartInfo("dotnet", [Built.LocalPlatform, "host", app ?? Built.FunctionApp, "--urls", Url])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["Hub__PublicUrl"] = environment.GetValueOrDefault("Hub__PublicUrl") ?? Url;
        _process?.Dispose();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Whether its functions answer: without a worker, the host does, with 503.</summary>
    public async Task<bool> AnswersAsync()
    {
        try
        {
            using var answer = await _http.GetAsync($"{Url}/api/webhooks/nobody");
            return answer.StatusCode != HttpStatusCode.ServiceUnavailable;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>The id of the worker that the host runs now.</summary>
    public async Task<int> WorkerIdAsync()
    {
        IReadOnlyList<int> children = [];
        await Eventually.TrueAsync(() => Task.FromResult((children = ProcessTree.ChildrenOf(Id)).Count == 1), "the host has one worker", Timeout);
        return children[0];
    }

    /// <summary>Asks the host to stop, as a service manager does; returns the exit code once it has.</summary>
    public async Task<int> StopAsync()
    {
        ProcessTree.Terminate(Id);
        return await EndedAsync();
    }

    /// <summary>Waits until it ends by itself; returns the exit code.</summary>
    public Task<int> EndsAsync() => EndedAsync();

    /// <summary>Kills host and worker as a power cut would.</summary>
    public async Task KillAsync()
    {
        var workers = ProcessTree.ChildrenOf(Id);
        await KillHostAsync();
        foreach (var worker in workers)
        {
            ProcessTree.Kill(worker);
        }
    }

    /// <summary>Kills the host alone; its worker has to notice.</summary>
    public Task KillHostAsync()
    {
        _process!.Kill();
        return EndedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _http.Dispose();
    }

    private async Task<int> EndedAsync()
    {
        await _process!.WaitForExitAsync();
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }
}
