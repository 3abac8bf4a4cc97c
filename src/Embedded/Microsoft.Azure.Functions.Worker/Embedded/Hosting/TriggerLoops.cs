using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Makes what runs a function that is not triggered by HTTP.</summary>
internal sealed class TriggerLoops(FunctionRunner runner, HostSettings host, TimerMemory memory, TimeProvider clock, ILoggerFactory loggers)
{
    /// <summary>Makes the loop of a function; null for one that HTTP triggers.</summary>
    /// <exception cref="InvalidOperationException">The trigger cannot work as written; the message says why.</exception>
    public ITriggerLoop? For(Function function) => function.Trigger switch
    {
        TimerTriggerAttribute timer => new TimerLoop(function, Schedule(function, timer), memory, runner, clock, loggers.CreateLogger<TimerLoop>()),
        _ => null,
    };

    /// <summary>Says in a few words what a function waits for.</summary>
    public string Describe(Function function) => function.Trigger switch
    {
        TimerTriggerAttribute timer => host.Resolve(function, timer.Schedule),
        _ => "",
    };

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
