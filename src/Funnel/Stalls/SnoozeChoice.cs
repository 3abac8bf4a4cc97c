namespace IntegrationHub.Funnel;

/// <summary>Until when an alert can be put off.</summary>
public enum SnoozeChoice
{
    /// <summary>Nine in the morning of the team's next working day.</summary>
    Tomorrow,

    /// <summary>Nine in the morning of the team's third working day from now.</summary>
    InThreeDays,

    /// <summary>The end of the booked activity, or of the last of several that overlap.</summary>
    UntilActivity,
}

/// <summary>A choice and what it comes to.</summary>
/// <param name="Choice">The choice.</param>
/// <param name="Until">When the silence would end. UTC.</param>
public sealed record SnoozeOption(SnoozeChoice Choice, DateTimeOffset Until);
