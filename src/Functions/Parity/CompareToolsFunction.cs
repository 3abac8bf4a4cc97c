using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Parity;

/// <summary>Compares the people of the tools.</summary>
internal sealed class CompareToolsFunction(ParityFlow parity)
{
    /// <summary>Runs on <c>Schedules:CompareTools</c>.</summary>
    [Function("CompareTools")]
    public Task RunAsync(
        [TimerTrigger("%Schedules:CompareTools%", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        parity.RunAsync(cancellationToken);
}
