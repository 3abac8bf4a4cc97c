using System.Diagnostics;
using OpenTelemetry;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>Takes people and secrets out of spans before they are exported, also out of those of the host and of
/// libraries. A span whose events hold some is not exported, because events cannot be changed.</summary>
internal sealed class RedactSpans : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        data.DisplayName = Redaction.Of(data.DisplayName);
        foreach (var (name, value) in data.TagObjects.ToList())
        {
            if (Changed(value) is { } redacted)
            {
                data.SetTag(name, name is "url.query" ? null : redacted);
            }
            else if (name is "url.query")
            {
                data.SetTag(name, null);
            }
        }

        if (data.StatusDescription is { } description)
        {
            data.SetStatus(data.Status, Redaction.Of(description));
        }

        if (data.Events.Any(happened => happened.Tags.Any(tag => Changed(tag.Value) is not null)))
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }

    private static string? Changed(object? value) =>
        value is string text && Redaction.Of(text) is var redacted && redacted != text ? redacted : null;
}
