using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Makes what runs a function that is not triggered by HTTP.</summary>
internal sealed class TriggerLoops(
    FunctionRunner runner, HostSettings host, TimerMemory memory, BusConnections connections, TimeProvider clock, ILoggerFactory loggers)
{
    /// <summary>Makes the loop of a function; null for one that HTTP triggers.</summary>
    /// <exception cref="InvalidOperationException">The trigger cannot work as written; the message says why.</exception>
    public ITriggerLoop? For(Function function) => function.Trigger switch
    {
        TimerTriggerAttribute timer => new TimerLoop(function, Schedule(function, timer), memory, runner, clock, loggers.CreateLogger<TimerLoop>()),
        ServiceBusTriggerAttribute bus => Listen(function, bus, BusSettings.Read(bus, host)),
        _ => null,
    };

    /// <summary>Says in a few words what a function waits for.</summary>
    public string Describe(Function function) => function.Trigger switch
    {
        TimerTriggerAttribute timer => host.Resolve(function, timer.Schedule),
        ServiceBusTriggerAttribute { QueueName: { } queue } => host.Resolve(function, queue),
        ServiceBusTriggerAttribute bus => host.Resolve(function, $"{bus.TopicName}/{bus.SubscriptionName}"),
        _ => "",
    };

    private BusLoop Listen(Function function, ServiceBusTriggerAttribute trigger, BusSettings settings)
    {
        var client = connections.For(function, trigger);
        var options = new ServiceBusReceiverOptions { PrefetchCount = settings.PrefetchCount };
        var receiver = trigger.QueueName is { } queue
            ? client.CreateReceiver(host.Resolve(function, queue), options)
            : client.CreateReceiver(host.Resolve(function, trigger.TopicName!), host.Resolve(function, trigger.SubscriptionName!), options);
        return new(function, receiver, settings, runner, loggers.CreateLogger<BusLoop>());
    }

    private TimerSchedule Schedule(Function function, TimerTriggerAttribute timer)
    {
        try
        {
            return TimerSchedule.Parse(host.Resolve(function, timer.Schedule));
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"Function {function.Name}: its schedule {timer.Schedule} cannot be read. {e.Message}", e);
        }
    }
}
