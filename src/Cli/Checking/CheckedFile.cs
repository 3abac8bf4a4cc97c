namespace IntegrationHub.Cli.Checking;

/// <summary>The outcome of a check.</summary>
/// <param name="Faults">What is wrong; empty for a file that the hub starts with.</param>
/// <param name="Connectors">The vendor of each connector by name; empty when the file does not compile.</param>
/// <param name="Secrets">The secrets that the Key Vault must have.</param>
/// <param name="Settings">The app settings as the template would write them; null when there are faults before
/// that.</param>
internal sealed record CheckedFile(
    IReadOnlyList<Fault> Faults,
    IReadOnlyDictionary<string, string> Connectors,
    IReadOnlyList<string> Secrets,
    IReadOnlyDictionary<string, string>? Settings)
{
    /// <summary>Gets the way from settings to parameters; null when the file does not compile.</summary>
    public ParameterNames? Names { get; init; }
}
