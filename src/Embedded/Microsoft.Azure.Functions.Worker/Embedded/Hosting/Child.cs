using System.Diagnostics;
using System.Reflection;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>A node program that runs beside the hub and never outlives it.</summary>
/// <param name="name">Names its folder and its log.</param>
/// <param name="dataDirectory">Where both are kept.</param>
/// <param name="description">What runs where, for people.</param>
/// <param name="script">The program, as node's <c>require</c> finds it from the scripts of this project.</param>
/// <param name="arguments">What it is called with.</param>
/// <param name="port">The port on which it listens once it is ready.</param>
internal sealed class Child(string name, string dataDirectory, string description, string script, string[] arguments, int port)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    private static readonly string Scripts =
        typeof(Child).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "Children").Value!;

    private Process? _process;

    /// <summary>Gets what runs where.</summary>
    public string Description => description;

    /// <summary>Gets where it writes what it has to say.</summary>
    public string LogFile => Path.Combine(dataDirectory, "logs", name + ".log");

    /// <summary>Starts it.</summary>
    public void Start()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LogFile)!);
        string[] command = [Path.Combine(Scripts, "guard.cjs"), Path.Combine(dataDirectory, name), LogFile, script, .. arguments];
        _process?.Dispose();
        _process = Process.Start(new ProcessStartInfo("node", command) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{name} cannot be started.");
    }

    /// <summary>Waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public async Task ListensAsync(CancellationToken cancellationToken)
    {
        while (await _process!.StandardOutput.ReadLineAsync(cancellationToken) is var line && line != $"listening {port}")
        {
            if (line is null)
            {
                throw new InvalidOperationException($"{name} ended before it listened on port {port}; see {LogFile}.");
            }
        }
    }

    /// <summary>Waits until it has ended, and says with which code.</summary>
    public async Task<int> EndsAsync(CancellationToken cancellationToken)
    {
        await _process!.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Asks it to close what it keeps.</summary>
    public void Close() => _process?.StandardInput.Close();

    /// <summary>Asks it to close what it keeps and waits; kills it if it takes too long.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
        {
            return;
        }

        Close();
        using var timeout = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        _process = null;
    }
}
