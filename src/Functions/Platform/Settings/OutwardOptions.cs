using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>How many effects outwards an hour of the clock lets pass; the rest waits for the next hour. Null is unlimited.
/// Section <c>Outward</c>.</summary>
internal sealed record OutwardOptions
{
    /// <summary>Gets the most handoffs delivered to a connector in an hour. Default: 1000.</summary>
    public int? TasksPerHour { get; init; } = 1_000;

    /// <summary>Gets the most values and notes written to a connector in an hour. Default: 10000.</summary>
    public int? WritesPerHour { get; init; } = 10_000;

    /// <summary>Gets the most alerts mailed in an hour. A mail that was begun is sent whole. Default: 2000.</summary>
    public int? AlertsPerHour { get; init; } = 2_000;

    internal static OutwardOptions Read(SettingsReader reader)
    {
        reader.OnlyKnown("Outward", nameof(TasksPerHour), nameof(WritesPerHour), nameof(AlertsPerHour));
        var standard = new OutwardOptions();
        return new()
        {
            TasksPerHour = Limit(nameof(TasksPerHour), standard.TasksPerHour!.Value),
            WritesPerHour = Limit(nameof(WritesPerHour), standard.WritesPerHour!.Value),
            AlertsPerHour = Limit(nameof(AlertsPerHour), standard.AlertsPerHour!.Value),
        };

        int? Limit(string name, int usual) =>
            reader.IsOff($"Outward:{name}")
                ? null
                : reader.Value<int>($"Outward:{name}", usual, limit => limit >= 1, "a whole number of 1 or more, or off", $"{usual}");
    }
}
