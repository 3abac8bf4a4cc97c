namespace IntegrationHub.Funnel;

/// <summary>The end of a snooze.</summary>
public enum SnoozeChoice
{
    /// <summary>9:00 on the team's next working day.</summary>
    Tomorrow,

    /// <summary>9:00 on the team's third working day from now.</summary>
    InThreeDays,

    /// <summary>The end of the booked activity, or of the last of several overlapping ones.</summary>
    UntilActivity,
}

/// <summary>A choice with its end, in UTC.</summary>
public sealed record SnoozeOption(SnoozeChoice Choice, DateTimeOffset Until);
