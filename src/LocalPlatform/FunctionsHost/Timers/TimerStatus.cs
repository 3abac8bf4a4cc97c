namespace IntegrationHub.LocalPlatform.FunctionsHost.Timers;

/// <summary>The last and the next run of a monitored timer, in UTC.</summary>
/// <param name="Last">When it ran last; the default value when it never ran.</param>
/// <param name="Next">When it runs next.</param>
/// <param name="LastUpdated">When this was written.</param>
internal sealed record TimerStatus(DateTime Last, DateTime Next, DateTime LastUpdated);
