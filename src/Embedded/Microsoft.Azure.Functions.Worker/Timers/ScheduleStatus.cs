namespace Microsoft.Azure.Functions.Worker;

/// <summary>Where a timer stands, in UTC.</summary>
public class ScheduleStatus
{
    /// <summary>Gets or sets the run before this one; the default date where there was none.</summary>
    public DateTime Last { get; set; }

    /// <summary>Gets or sets the run that was planned when this was written.</summary>
    public DateTime Next { get; set; }

    /// <summary>Gets or sets when this was written.</summary>
    public DateTime LastUpdated { get; set; }
}
