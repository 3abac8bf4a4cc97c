using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Polling;

/// <summary>Polls the tools that send no webhooks.</summary>
internal sealed class PollConnectorsFunction(PollFlow polls)
{
    /// <summary>Runs on <c>Schedules:PollConnectors</c>.</summary>
    [Function("PollConnectors")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:PollConnectors%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        polls.PollAllAsync(cancellationToken);
}
