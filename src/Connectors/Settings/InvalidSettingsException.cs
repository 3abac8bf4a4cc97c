namespace IntegrationHub.Connectors.Settings;

/// <summary>Lists every fault of the settings, each with its key and a valid example. It repeats no value,
/// so it shows no secret.</summary>
public sealed class InvalidSettingsException(IReadOnlyList<string> faults)
    : Exception($"The hub cannot start with these settings:{string.Concat(faults.Select(fault => $"{Environment.NewLine}  - {fault}"))}")
{
    public IReadOnlyList<string> Faults { get; } = faults;
}
