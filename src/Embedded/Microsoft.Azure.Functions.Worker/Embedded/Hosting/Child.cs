using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>A node program that runs beside the hub and never outlives it.</summary>
/// <param name="name">Names its folder and its log.</param>
/// <param name="dataDirectory">Where both are kept.</param>
/// <param name="description">What runs where, for people.</param>
/// <param name="script">The program, as node's <c>require</c> finds it from the scripts of this project.</param>
/// <param name="arguments">What it is called with.</param>
/// <param name="port">The port on which it answers once it is ready.</param>
internal sealed class Child(string name, string dataDirectory, string description, string script, string[] arguments, int port)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

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
        _process = Process.Start(new ProcessStartInfo("node", command) { RedirectStandardInput = true, UseShellExecute = false })
            ?? throw new InvalidOperationException($"{name} cannot be started.");
    }

    /// <summary>Waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public async Task AnswersAsync(CancellationToken cancellationToken)
    {
        while (!await CanConnectAsync(cancellationToken))
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"{name} ended with {_process.ExitCode} before it answered; see {LogFile}.");
            }

            await Task.Delay(Pause, cancellationToken);
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

    private async Task<bool> CanConnectAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync("127.0.0.1", port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
