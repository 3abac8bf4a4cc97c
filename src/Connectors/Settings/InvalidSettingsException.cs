namespace IntegrationHub.Connectors.Settings;

/// <summary>Settings that the hub cannot start with: all of them at once, each with its key and what would be right. No value is repeated, so no secret shows.</summary>
public sealed class InvalidSettingsException(IReadOnlyList<string> faults)
    : Exception($"The hub cannot start with these settings:{string.Concat(faults.Select(fault => $"{Environment.NewLine}  - {fault}"))}")
{
    /// <summary>Gets every fault: key, what is wrong, what would be right.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
