using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Demo;

/// <summary>Keeps what the hub logs out of the story and in a file.</summary>
internal sealed class FileLog(string path) : ILoggerProvider
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new();
    private readonly TextWriter _file = TextWriter.Synchronized(new StreamWriter(path) { AutoFlush = true });

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, category => new Logger(category, _file));

    public void Dispose() => _file.Dispose();

    private sealed class Logger(string category, TextWriter file) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var detail = exception is null ? "" : Environment.NewLine + exception;
            file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {logLevel} {category}: {formatter(state, exception)}{detail}"));
        }
    }
}
