using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// Faults that a test asks for: while the file <c>bus.faults</c> lies in the data directory, each of its lines,
/// <c>FAULT [ENTITY]</c>, makes the broker answer operations of that entity, or of all, with a fault. A change of the
/// file holds from the next operation on.
/// </summary>
/// <remarks>
/// <c>server-busy</c> refuses sends, settlements and management requests, <c>quota-exceeded</c> and
/// <c>size-exceeded</c> refuse sends, and <c>lock-lost</c> refuses settlements and renewals and ends the lock, so the
/// message is delivered again.
/// </remarks>
internal sealed partial class Faults(string directory, ILogger logger)
{
    private const string ServerBusy = "server-busy";
    private const string QuotaExceeded = "quota-exceeded";
    private const string SizeExceeded = "size-exceeded";
    private const string LockLost = "lock-lost";
    private readonly FileInfo _file = new(Path.Combine(directory, "bus.faults"));
    private (DateTime WrittenAt, long Length) _read;
    private List<(string Fault, string? Path)> _faults = [];

    /// <summary>Reads the file if it changed.</summary>
    public void Refresh()
    {
        _file.Refresh();
        var found = _file.Exists ? (_file.LastWriteTimeUtc, _file.Length) : default;
        if (found == _read)
        {
            return;
        }

        _read = found;
        _faults = found == default ? [] : [.. ReadLines().Select(Parse).OfType<(string, string?)>()];
    }

    /// <exception cref="BusException">A fault was asked for.</exception>
    public void OnSend(string path)
    {
        OnRequest(path);
        if (Has(QuotaExceeded, path))
        {
            throw new BusException(
                BusError.QuotaExceeded, $"The maximum entity size has been reached or exceeded for '{path}' ({_file.Name}).");
        }

        if (Has(SizeExceeded, path))
        {
            throw new BusException(BusError.MessageSizeExceeded, $"The message is larger than is allowed for '{path}' ({_file.Name}).");
        }
    }

    /// <exception cref="BusException">A fault was asked for.</exception>
    public void OnSettle(BrokerQueue queue, Guid lockToken)
    {
        OnRequest(queue.Path);
        if (Has(LockLost, queue.Path))
        {
            queue.LoseLock(lockToken);
            throw new BusException(BusError.MessageLockLost, $"The lock supplied is invalid ({_file.Name}).");
        }
    }

    /// <exception cref="BusException">A fault was asked for.</exception>
    public void OnRequest(string path)
    {
        if (Has(ServerBusy, path))
        {
            throw new BusException(BusError.ServerBusy, $"The request was terminated because '{path}' is being throttled ({_file.Name}).");
        }
    }

    private bool Has(string fault, string path) =>
        _faults.Count > 0
            && _faults.Exists(
                asked => asked.Fault == fault && (asked.Path is null || asked.Path.Equals(path, StringComparison.OrdinalIgnoreCase)));

    private string[] ReadLines()
    {
        try
        {
            return File.ReadAllLines(_file.FullName);
        }
        catch (IOException)
        {
            // It is being written or was deleted; it is read again with the next operation.
            _read = default;
            return [];
        }
    }

    private (string Fault, string? Path)? Parse(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        switch (words)
        {
            case []:
                return null;
            case [ServerBusy or QuotaExceeded or SizeExceeded or LockLost] or [ServerBusy or QuotaExceeded or SizeExceeded or LockLost, _]:
                return (words[0], words.ElementAtOrDefault(1)?.Trim('/'));
            default:
                Log.UnknownFault(logger, _file.FullName, line);
                return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Error,
            "{File}: '{Line}' must be a fault, for example 'server-busy inbound'; faults are "
            + "server-busy, quota-exceeded, size-exceeded, lock-lost.")]
        public static partial void UnknownFault(ILogger logger, string file, string line);
    }
}
