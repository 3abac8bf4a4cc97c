using System.Collections.Concurrent;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>The workers that are expected to connect or are connected.</summary>
internal sealed class WorkerConnections
{
    private readonly ConcurrentDictionary<string, WorkerChannel> _channels = new();

    /// <summary>Lets a worker connect.</summary>
    public void Expect(WorkerChannel channel) => _channels[channel.Id] = channel;

    /// <summary>Removes a worker that has ended.</summary>
    public void Forget(WorkerChannel channel) => _channels.TryRemove(channel.Id, out _);

    /// <summary>Returns the channel of a worker; null when no such worker is expected.</summary>
    public WorkerChannel? Find(string workerId) => _channels.GetValueOrDefault(workerId);
}
