using Azure.Messaging.ServiceBus;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using IntegrationHub.LocalPlatform.FunctionsHost.Timers;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost;

/// <summary>Creates the listeners for timers and messages.</summary>
internal sealed class TriggerListeners(
    IFunctionRunner runner,
    ServiceBusClients clients,
    MessageLocks locks,
    ServiceBusSettings serviceBus,
    TimerStore timers,
    TimeProvider clock,
    ILoggerFactory loggers)
{
    /// <summary>Makes the listeners of all functions that are not called by HTTP.</summary>
    /// <exception cref="InvalidConfigurationException">A schedule or a connection is not valid; all faults are
    /// listed.</exception>
    public IReadOnlyList<ITriggerListener> Create(IReadOnlyList<FunctionDefinition> functions)
    {
        var faults = new List<string>();
        var listeners = new List<ITriggerListener>();
        foreach (var function in functions)
        {
            if (function.Trigger is TimerTrigger timer && Parse(function, timer, faults) is { } schedule)
            {
                listeners.Add(new TimerListener(function, timer, schedule, timers, runner, clock, LoggerOf(function)));
            }
            else if (function.Trigger is ServiceBusTrigger bus && IsConnected(function, bus, faults))
            {
                listeners.Add(Listen(function, bus));
            }
        }

        return faults.Count == 0 ? listeners : throw new InvalidConfigurationException(faults);
    }

    private ILogger LoggerOf(FunctionDefinition function) => loggers.CreateLogger($"Function.{function.Name}");

    private static TimerSchedule? Parse(FunctionDefinition function, TimerTrigger timer, List<string> faults)
    {
        try
        {
            return TimerSchedule.Parse(timer.Schedule);
        }
        catch (FormatException e)
        {
            faults.Add($"Function {function.Name}: the schedule '{timer.Schedule}' is not valid. {e.Message}");
            return null;
        }
    }

    private bool IsConnected(FunctionDefinition function, ServiceBusTrigger bus, List<string> faults)
    {
        if (clients.FaultOf(function.Name, bus.Connection) is not { } fault)
        {
            return true;
        }

        faults.Add(fault);
        return false;
    }

    private ITriggerListener Listen(FunctionDefinition function, ServiceBusTrigger trigger)
    {
        var logger = LoggerOf(function);
        var messages = new MessageRunner(function, trigger.AutoComplete ?? serviceBus.AutoCompleteMessages, locks, runner, logger);
        var outages = new OutageLog(function.Name, logger);
        var client = clients.Get(trigger.Connection);
        if (trigger.IsBatched)
        {
            var options = new ServiceBusReceiverOptions { PrefetchCount = serviceBus.PrefetchCount };
            var receiver = trigger.Subscription is { } subscription
                ? client.CreateReceiver(trigger.Entity, subscription, options)
                : client.CreateReceiver(trigger.Entity, options);
            return new BatchListener(receiver, serviceBus.MaxMessageBatchSize, messages, outages, clock);
        }

        return new ProcessorListener(
            CreateProcessor(client, trigger), messages, trigger.IsText ? MessageInput.TextOf : MessageInput.Of, outages);
    }

    private ServiceBusProcessor CreateProcessor(ServiceBusClient client, ServiceBusTrigger trigger)
    {
        var options = new ServiceBusProcessorOptions
        {
            AutoCompleteMessages = false,
            MaxAutoLockRenewalDuration = serviceBus.MaxAutoLockRenewalDuration,
            MaxConcurrentCalls = serviceBus.MaxConcurrentCalls,
            PrefetchCount = serviceBus.PrefetchCount,
        };
        return trigger.Subscription is { } subscription
            ? client.CreateProcessor(trigger.Entity, subscription, options)
            : client.CreateProcessor(trigger.Entity, options);
    }
}
