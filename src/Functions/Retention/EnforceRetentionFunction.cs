using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Retention;

/// <summary>Removes what is older than it is kept.</summary>
internal sealed class EnforceRetentionFunction(RetentionFlow retention)
{
    /// <summary>Runs on <c>Schedules:EnforceRetention</c>.</summary>
    [Function("EnforceRetention")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:EnforceRetention%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        retention.RunAsync(cancellationToken);
}
