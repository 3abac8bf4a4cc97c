using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Continues the replays and purges that operators started.</summary>
internal sealed class RunDeadLetterJobsFunction(DeadLetterFlow flow)
{
    /// <summary>Runs on <c>Schedules:RunDeadLetterJobs</c>.</summary>
    [Function("RunDeadLetterJobs")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:RunDeadLetterJobs%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        flow.RunAsync(cancellationToken);
}
