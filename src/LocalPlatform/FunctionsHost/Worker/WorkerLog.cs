using System.Collections.Concurrent;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>Writes what the worker logs, under the worker's own categories.</summary>
internal sealed class WorkerLog(ILoggerFactory loggers)
{
    /// <summary>The worker's message when a caller goes before the worker has both parts of the request.</summary>
    private const string CallerGone = "Function invocation cancelled while waiting for";

    private readonly ConcurrentDictionary<string, ILogger> _loggers = new();

    /// <summary>Writes an entry. A caller that goes early is not a failure of the function, so it is logged at Debug.</summary>
    public void Write(RpcLog entry)
    {
        var logger = _loggers.GetOrAdd(entry.Category, loggers.CreateLogger);
        var level = Format(entry, null).Contains(CallerGone, StringComparison.Ordinal) ? LogLevel.Debug : (LogLevel)(int)entry.Level;
        if (logger.IsEnabled(level))
        {
            logger.Log(level, default, entry, exception: null, Format);
        }
    }

    /// <summary>The message of a failure that was logged has its type and stack in it.</summary>
    private static string Format(RpcLog entry, Exception? exception) =>
        entry.Exception is { } failure ? $"{entry.Message}{Environment.NewLine}{failure.Message}" : entry.Message;
}
