using OpenTelemetry;
using OpenTelemetry.Logs;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>Takes people and secrets out of log records before they are exported. Of an exception the type and the
/// stack are left: its message may quote what could not be read.</summary>
internal sealed class RedactLogs : BaseProcessor<LogRecord>
{
    /// <inheritdoc/>
    public override void OnEnd(LogRecord data)
    {
        ArgumentNullException.ThrowIfNull(data);
        List<KeyValuePair<string, object?>> attributes =
        [
            .. (data.Attributes ?? []).Select(each =>
                each.Value is string text ? new KeyValuePair<string, object?>(each.Key, Redaction.Of(text)) : each),
        ];
        if (data.Exception is { } failure)
        {
            attributes.Add(new("exception.type", failure.GetType().FullName));
            attributes.Add(new("exception.stacktrace", failure.StackTrace));
            data.Exception = null;
        }

        data.Attributes = attributes;
        data.FormattedMessage = data.FormattedMessage is { } message ? Redaction.Of(message) : null;
        data.Body = data.Body is { } body ? Redaction.Of(body) : null;
    }
}
