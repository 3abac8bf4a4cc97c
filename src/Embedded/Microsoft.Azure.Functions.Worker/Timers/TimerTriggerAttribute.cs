using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs a function by the clock, in UTC, one run at a time.</summary>
/// <param name="schedule">Six fields <c>{second} {minute} {hour} {day} {month} {weekday}</c>, a time span <c>hh:mm:ss</c>, or <c>%Setting%</c> naming one of them.</param>
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>Gets the schedule as written.</summary>
    public string Schedule { get; } = schedule;

    /// <summary>Gets or sets a value indicating whether each start of the host also runs the function. Default: false.</summary>
    public bool RunOnStartup { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether the last run is remembered, so that one missed while the host was down is made up
    /// once. Default: true; without effect where runs are less than a minute apart.
    /// </summary>
    public bool UseMonitor { get; set; } = true;
}
