using System.Collections.Concurrent;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>A worker that has loaded its functions.</summary>
/// <param name="channel">How to speak to it.</param>
/// <param name="process">The worker itself.</param>
/// <param name="http">The address of its HTTP server; null when it has none.</param>
internal sealed class ActiveWorker(WorkerChannel channel, IWorker process, Uri? http)
{
    private readonly ConcurrentDictionary<string, Invocation> _running = new();

    /// <summary>Gets the address of its HTTP server; null when it has none.</summary>
    public string? HttpAddress { get; } = http?.ToString();

    /// <summary>Gets what it works on.</summary>
    public IEnumerable<Invocation> Running => _running.Values;

    /// <summary>Gets a task that completes when it has ended.</summary>
    public Task Gone => channel.Closed;

    /// <summary>Runs a function and returns how it ended.</summary>
    /// <exception cref="WorkerGoneException">The worker ended first.</exception>
    public async Task<StatusResult> InvokeAsync(Invocation invocation, InvocationRequest request)
    {
        _running[invocation.Id] = invocation;
        try
        {
            var answer = await channel.AskAsync(new() { RequestId = invocation.Id, InvocationRequest = request });
            return answer.InvocationResponse.Result;
        }
        finally
        {
            _running.TryRemove(invocation.Id, out _);
        }
    }

    /// <summary>Cancels the token of a running function. No-op when it has ended.</summary>
    public void Cancel(string invocationId) => channel.Send(new() { InvocationCancel = new() { InvocationId = invocationId } });

    /// <summary>Asks the worker to end and kills it when it takes longer than <paramref name="grace"/>.</summary>
    public async Task TerminateAsync(TimeSpan grace)
    {
        channel.Send(new() { WorkerTerminate = new() { GracePeriod = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(grace) } });
        if (await Task.WhenAny(process.Ended, Task.Delay(grace)) != process.Ended)
        {
            Kill();
        }
    }

    /// <summary>Ends the worker at once.</summary>
    public void Kill() => process.Kill();
}
