using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>A worker as a process. What it prints goes through the host's own output.</summary>
internal sealed partial class WorkerProcess : IWorker
{
    private readonly Process _process;

    private WorkerProcess(Process process, Task<int> ended) => (_process, Ended) = (process, ended);

    /// <inheritdoc/>
    public Task<int> Ended { get; }

    public static WorkerProcess Start(ProcessStartInfo start, ILogger logger)
    {
        var process = Process.Start(start) ?? throw new InvalidOperationException("The worker cannot be started.");
        Log.Started(logger, process.Id);
        return new(process, EndAsync(process));
    }

    /// <inheritdoc/>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<int> EndAsync(Process process)
    {
        // Both streams are read to their ends first, so that the last words of a worker that fails are not lost.
        await Task.WhenAll(CopyAsync(process.StandardOutput, Console.Out), CopyAsync(process.StandardError, Console.Error));
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static async Task CopyAsync(StreamReader from, TextWriter to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            await to.WriteLineAsync(line);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The worker is process {ProcessId}.")]
        public static partial void Started(ILogger logger, int processId);
    }
}
