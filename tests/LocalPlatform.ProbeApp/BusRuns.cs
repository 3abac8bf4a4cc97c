using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.LocalPlatform.ProbeApp;

/// <summary>What message functions were given, and what they shall do with it.</summary>
public sealed class BusRuns(IConfiguration settings)
{
    private int _running;
    private int _mostAtOnce;

    public ConcurrentQueue<object> Given { get; } = [];

    public int MostAtOnce => _mostAtOnce;

    /// <summary>Gets or sets what they do; without a test in the same process they do nothing, or never end where <c>Probe:Hangs</c> is set.</summary>
    public Func<ServiceBusReceivedMessage[], ServiceBusMessageActions, CancellationToken, Task> Does { get; set; } = settings["Probe:Hangs"] is null
        ? (_, _, _) => Task.CompletedTask
        : (_, _, _) => Task.Delay(Timeout.Infinite, CancellationToken.None);

    public async Task RunAsync(object given, ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions, CancellationToken cancellationToken)
    {
        var running = Interlocked.Increment(ref _running);
        for (int most; (most = _mostAtOnce) < running && Interlocked.CompareExchange(ref _mostAtOnce, running, most) != most;)
        {
        }

        Given.Enqueue(given);
        Waits.Began();
        try
        {
            await Does(messages, actions, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
