using System.Diagnostics;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>The spans of an event. One trace follows it over the bus and through the mailbox, as W3C context in the
/// properties of Azure's own clients. Without a listener nothing is created or written.</summary>
internal static class HubActivities
{
    public const string SourceName = "IntegrationHub";

    /// <summary>Verifies and queues a webhook or a poll.</summary>
    public const string Receive = "hub.receive";

    /// <summary>Applies a delivery to journeys.</summary>
    public const string Process = "hub.process";

    /// <summary>Handles an event of the funnel.</summary>
    public const string Deliver = "hub.deliver";

    /// <summary>Syncs a tool's record.</summary>
    public const string Write = "hub.write";

    /// <summary>Hands a mail to a server.</summary>
    public const string Mail = "hub.mail";

    private const string TraceParent = "traceparent";
    private const string DiagnosticId = "Diagnostic-Id";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Gets the present context in W3C form; null without a listener, or when the present span is
    /// foreign and not recorded.</summary>
    public static string? Context =>
        Source.HasListeners() && Activity.Current is { } present && (present.Recorded || present.Source == Source) ? present.Id : null;

    public static Activity? Start(string name, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(name, kind);

    /// <summary>Continues an earlier step's trace, or starts one. The span that was present, such as
    /// the host's, becomes a link because it is not the cause. Call it from an async method, which
    /// restores the caller's span.</summary>
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

    /// <summary>Writes the present context into a message unless it has one.</summary>
    public static ServiceBusMessage Stamp(ServiceBusMessage message)
    {
        if (Context is { } context && message.ApplicationProperties.TryAdd(DiagnosticId, context))
        {
            message.ApplicationProperties[TraceParent] = context;
        }

        return message;
    }

    /// <summary>Returns the context of a message; null when it has none.</summary>
    public static string? ContextOf(ServiceBusReceivedMessage message) =>
        message.ApplicationProperties.GetValueOrDefault(TraceParent) as string
        ?? message.ApplicationProperties.GetValueOrDefault(DiagnosticId) as string;

    /// <summary>Marks a span as failed, by the failure's type alone.</summary>
    public static void Failed(this Activity? activity, Exception failure) =>
        activity?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
}
