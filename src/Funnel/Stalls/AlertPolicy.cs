namespace IntegrationHub.Funnel;

/// <summary>When alerts are raised besides the limit itself. Made from the settings <c>Alerts:*</c>. All times are
/// working time of the lead's team.</summary>
public sealed record AlertPolicy
{
    public static readonly AlertPolicy Default = new();

    /// <summary>Gets the share of a limit for the owner's heads-up (level 0), above 0 and below 1; null
    /// for none. Default: 0.75.</summary>
    public double? HeadsUpAt { get; init; } = 0.75;

    /// <summary>Gets the multiple of a limit at which the managers are notified (level 2), above 1; null
    /// for never. Default: 2.</summary>
    public double? EscalateAt { get; init; } = 2;

    /// <summary>Gets how long after a report an unchanged stall is reported again; null
    /// for never. Default: null.</summary>
    public TimeSpan? RepeatAfter { get; init; }

    /// <summary>Gets how long an acknowledgement silences further levels. Default: 16 hours.</summary>
    public TimeSpan AcknowledgedFor { get; init; } = TimeSpan.FromHours(16);

    /// <summary>Gets how often a stay can be snoozed. Default: 3; zero for never.</summary>
    public int Snoozes { get; init; } = 3;
}
