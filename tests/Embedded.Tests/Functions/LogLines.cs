using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Embedded.Tests.Functions;

/// <summary>What an app logged.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<LogLine> _lines = [];

    public IReadOnlyCollection<LogLine> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(new(logLevel, formatter(state, exception), exception));

    public void Dispose() => _lines.Clear();

    internal sealed record LogLine(LogLevel Level, string Text, Exception? Exception);
}
