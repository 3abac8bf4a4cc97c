using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Replays;

/// <summary>Continues the replay that an operator started.</summary>
internal sealed class RunReplayFunction(ReplayFlow flow)
{
    /// <summary>Runs on <c>Schedules:RunReplay</c>.</summary>
    [Function("RunReplay")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:RunReplay%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        flow.RunAsync(cancellationToken);
}
