using System.Diagnostics;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>
/// The spans of an event's way, and how one trace follows it over the bus and through the mailbox: as W3C context in
/// the properties that Azure's own clients use.
/// Without a listener nothing is made and nothing is written.
/// </summary>
internal static class HubActivities
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "IntegrationHub";

    /// <summary>A webhook or a poll is verified and queued.</summary>
    public const string Receive = "hub.receive";

    /// <summary>A delivery is put on journeys.</summary>
    public const string Process = "hub.process";

    /// <summary>An event of the funnel is acted on.</summary>
    public const string Deliver = "hub.deliver";

    /// <summary>A tool's record is brought in step.</summary>
    public const string Write = "hub.write";

    /// <summary>A mail is handed to a server.</summary>
    public const string Mail = "hub.mail";

    private const string TraceParent = "traceparent";
    private const string DiagnosticId = "Diagnostic-Id";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>
    /// Gets the present context in W3C form; null where nobody listens, or where the present span is not ours and not
    /// recorded.
    /// </summary>
    public static string? Context =>
        Source.HasListeners() && Activity.Current is { } present && (present.Recorded || present.Source == Source) ? present.Id : null;

    /// <summary>Starts a span within the present one.</summary>
    public static Activity? Start(string name, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(name, kind);

    /// <summary>
    /// Continues the trace of an earlier step, or begins one where there is none. Whatever was present before, such
    /// as the host's own call, becomes a link: it is not what
    /// caused the work. To be called from an async method, which gives its caller the former span back.
    /// </summary>
    /// <param name="name">One of the names above.</param>
    /// <param name="kind">The kind of the span.</param>
    /// <param name="parent">The earlier step's <see cref="Context"/>; null for none.</param>
    public static Activity? Continue(string name, ActivityKind kind, string? parent)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var outer = Activity.Current;
        _ = ActivityContext.TryParse(parent, null, isRemote: true, out var context);
        Activity.Current = null;
        return Source.StartActivity(name, kind, context, links: outer is null ? null : [new(outer.Context)]);
    }

    /// <summary>Writes the present context into a message, unless it has one.</summary>
    public static ServiceBusMessage Stamp(ServiceBusMessage message)
    {
        if (Context is { } context && message.ApplicationProperties.TryAdd(DiagnosticId, context))
        {
            message.ApplicationProperties[TraceParent] = context;
        }

        return message;
    }

    /// <summary>The context that came with a message; null where none did.</summary>
    public static string? ContextOf(ServiceBusReceivedMessage message) =>
        message.ApplicationProperties.GetValueOrDefault(TraceParent) as string
        ?? message.ApplicationProperties.GetValueOrDefault(DiagnosticId) as string;

    /// <summary>Notes on a span that its work failed, by the failure's type alone.</summary>
    public static void Failed(this Activity? activity, Exception failure) =>
        activity?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
}
