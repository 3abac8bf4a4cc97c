using System.Diagnostics;
using System.Globalization;

namespace IntegrationHub.LocalPlatform.Services;

/// <summary>
/// A program that runs beside the function app and ends with its standard input, so that it never outlives its starter.
/// </summary>
/// <remarks>
/// It prints <c>listening PORT</c> for each port that it opens. Other output goes to its log.
/// </remarks>
internal sealed class Child(ChildDescription description)
{
    /// <summary>The time that it may take to close its files. Acknowledged writes outlive a kill.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2.5);

    private Process? _process;
    private Task _reading = Task.CompletedTask;
    private TaskCompletionSource _listens = new();

    /// <summary>Gets what runs where, for people.</summary>
    public string Name => description.Name;

    /// <summary>Gets the file of its output.</summary>
    public string LogFile => description.LogFile;

    /// <summary>Gets whether the app may want it as soon as it starts.</summary>
    public bool IsNeededAtStart => description.IsNeededAtStart;

    public void Start()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LogFile)!);
        var start = new ProcessStartInfo(description.Program, description.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in description.Environment)
        {
            start.Environment.TryAdd(name, value);
        }

        if (OperatingSystem.IsWindows())
        {
            // On other systems each child does this itself: Ctrl+C is for its parent, which then ends it.
            start.CreateNewProcessGroup = true;
        }

        _process?.Dispose();
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{Name} cannot be started.");
        _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _reading = ReadAsync(_process, description.Ports.ToHashSet(), _listens);
    }

    /// <summary>Waits until it listens on all its ports.</summary>
    /// <exception cref="ServiceFailedException">It ended instead.</exception>
    public Task ListensAsync(CancellationToken cancellationToken) => _listens.Task.WaitAsync(cancellationToken);

    /// <summary>Waits until it has ended, and returns its exit code.</summary>
    public async Task<int> EndsAsync(CancellationToken cancellationToken)
    {
        await _process!.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end.</summary>
    public void Close() => _process?.StandardInput.Close();

    /// <summary>Asks it to end and waits; kills it when it takes too long.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
        {
            return;
        }

        Close();
        using var timeout = new CancellationTokenSource(Timeout);
        await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
        _process = null;
    }

    private async Task ReadAsync(Process process, HashSet<int> ports, TaskCompletionSource listens)
    {
        // The child itself may write to the file too.
        var file = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        await using var log = TextWriter.Synchronized(new StreamWriter(LogFile, file) { AutoFlush = true });
        await Task.WhenAll(CopyAsync(process.StandardOutput), CopyAsync(process.StandardError));
        listens.TrySetException(new ServiceFailedException(Name, LogFile));
        _ = listens.Task.Exception;

        async Task CopyAsync(StreamReader from)
        {
            while (await from.ReadLineAsync() is { } line)
            {
                if (line.Split(' ') is ["listening", var text] && int.TryParse(text, CultureInfo.InvariantCulture, out var port))
                {
                    lock (ports)
                    {
                        ports.Remove(port);
                        _ = ports.Count == 0 && listens.TrySetResult();
                    }
                }
                else
                {
                    await log.WriteLineAsync(line);
                }
            }
        }
    }
}

/// <summary>The command line and surroundings of a <see cref="Child"/>.</summary>
/// <param name="Name">What runs where, for people.</param>
/// <param name="LogFile">The file of its output.</param>
/// <param name="Program">The program.</param>
/// <param name="Arguments">What it is called with.</param>
/// <param name="Ports">The ports that are open when it is ready.</param>
internal sealed record ChildDescription(
    string Name, string LogFile, string Program, IReadOnlyList<string> Arguments, IReadOnlyList<int> Ports)
{
    /// <summary>Gets whether the app may want it as soon as it starts. Default: true.</summary>
    public bool IsNeededAtStart { get; init; } = true;

    /// <summary>Gets variables that it gets unless they are set already.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
