namespace IntegrationHub.LocalPlatform.FunctionsHost.Functions;

/// <summary>The event that starts a function.</summary>
/// <param name="Parameter">The parameter that receives the trigger's value.</param>
internal abstract record Trigger(string Parameter);

/// <summary>A request to a route.</summary>
/// <param name="Parameter">The parameter that receives the request.</param>
/// <param name="Level">Which key opens it.</param>
/// <param name="Methods">The accepted methods; empty for all.</param>
/// <param name="Route">Its route below the prefix.</param>
internal sealed record HttpTrigger(string Parameter, AccessLevel Level, IReadOnlyList<string> Methods, string Route) : Trigger(Parameter);

/// <summary>A schedule.</summary>
/// <param name="Parameter">The parameter that receives the timer's state.</param>
/// <param name="Schedule">NCRONTAB with five or six fields, or a time span.</param>
/// <param name="RunOnStartup">Whether it also runs at every start.</param>
/// <param name="UseMonitor">Whether a run that was missed while the host was down is made up.</param>
internal sealed record TimerTrigger(string Parameter, string Schedule, bool RunOnStartup, bool UseMonitor) : Trigger(Parameter);

/// <summary>Messages of a queue or of a topic's subscription.</summary>
/// <param name="Parameter">The parameter that receives the message or the batch.</param>
/// <param name="Entity">The queue or the topic.</param>
/// <param name="Subscription">The subscription; null for a queue.</param>
/// <param name="Connection">The setting that says how to connect.</param>
/// <param name="IsBatched">Whether it receives many messages at once.</param>
/// <param name="IsText">Whether the function receives the body as text instead of a
/// message with everything on it.</param>
/// <param name="AutoComplete">Whether the host completes what is not settled; null for what host.json says.</param>
internal sealed record ServiceBusTrigger(
    string Parameter, string Entity, string? Subscription, string Connection, bool IsBatched, bool IsText, bool? AutoComplete)
    : Trigger(Parameter);

/// <summary>Which key opens an HTTP function.</summary>
internal enum AccessLevel
{
    /// <summary>None is needed.</summary>
    Anonymous,

    /// <summary>The function's own key, the default key or the master key.</summary>
    Function,

    /// <summary>The master key.</summary>
    Admin,
}
