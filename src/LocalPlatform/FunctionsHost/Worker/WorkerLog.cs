using System.Collections.Concurrent;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>Writes what the worker logs, under the worker's own categories.</summary>
internal sealed class WorkerLog(ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new();

    /// <summary>Writes an entry.</summary>
    public void Write(RpcLog entry)
    {
        var logger = _loggers.GetOrAdd(entry.Category, loggers.CreateLogger);
        var level = (LogLevel)(int)entry.Level;
        if (logger.IsEnabled(level))
        {
            logger.Log(level, default, entry, exception: null, Format);
        }
    }

    /// <summary>The message of a failure that was logged has its type and stack in it.</summary>
    private static string Format(RpcLog entry, Exception? exception) =>
        entry.Exception is { } failure ? $"{entry.Message}{Environment.NewLine}{failure.Message}" : entry.Message;
}
