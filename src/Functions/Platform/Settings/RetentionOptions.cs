using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>How many days data is kept. Section <c>Retention</c>. What is exactly that old leaves.</summary>
internal sealed record RetentionOptions
{
    private const string Section = "Retention";

    /// <summary>Gets how long a lead stays without a new fact, 30 to 3660. Default: 730.</summary>
    public int LeadDays { get; init; } = 730;

    /// <summary>Gets how long an alert may wait to be mailed, 7 to 3660. Default: 365.</summary>
    public int AlertDays { get; init; } = 365;

    /// <summary>Gets how long a parked delivery stays, and one that waits for a review, since its receipt, 8 to 180.
    /// Default: 30.</summary>
    public int ParkedDays { get; init; } = 30;

    /// <summary>Gets how long a dead letter stays since it was queued, 8 to 180. Default: 30.</summary>
    public int DeadLetterDays { get; init; } = 30;

    internal static RetentionOptions Read(SettingsReader reader)
    {
        var standard = new RetentionOptions();
        reader.OnlyKnown(Section, nameof(LeadDays), nameof(AlertDays), nameof(ParkedDays), nameof(DeadLetterDays));
        return new()
        {
            LeadDays = Days(reader, nameof(LeadDays), standard.LeadDays, 30, 3_660),
            AlertDays = Days(reader, nameof(AlertDays), standard.AlertDays, 7, 3_660),
            ParkedDays = Days(reader, nameof(ParkedDays), standard.ParkedDays, 8, 180),
            DeadLetterDays = Days(reader, nameof(DeadLetterDays), standard.DeadLetterDays, 8, 180),
        };
    }

    private static int Days(SettingsReader reader, string name, int standard, int least, int most) => reader.Value<int>(
        $"{Section}:{name}", standard, days => days >= least && days <= most, $"a whole number from {least} to {most}", $"{standard}");
}
