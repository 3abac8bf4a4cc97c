namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a timer tells the function that it runs.</summary>
public class TimerInfo
{
    /// <summary>Gets or sets when it ran and will run; null for a timer that is not monitored.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Gets or sets a value indicating whether this run makes up for one missed while the host was down.</summary>
    public bool IsPastDue { get; set; }
}
