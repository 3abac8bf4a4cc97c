using System.Runtime.InteropServices;

namespace IntegrationHub.LocalPlatform.Commands;

/// <summary>
/// A token that is cancelled when the process is asked to stop: SIGTERM, Ctrl+C, or the end of the terminal.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Starts to listen.</summary>
    public StopSignals()
    {
        PosixSignal[] signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP];
        _registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Stop))];
    }

    public CancellationToken Token => _stopping.Token;

    /// <summary>Treats the end of standard input as a request to stop, too.</summary>
    public void AddEndOfInput() => new Thread(WatchInput) { IsBackground = true, Name = "End of input" }.Start();

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_registrations, each => each.Dispose());
        _stopping.Dispose();
    }

    private void WatchInput()
    {
        try
        {
            using var input = Console.OpenStandardInput();
            input.CopyTo(Stream.Null);
            _stopping.Cancel();
        }
        catch (IOException)
        {
            // A broken pipe is an end as well.
            _stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The process has stopped for another reason.
            return;
        }
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _stopping.Cancel();
    }
}
