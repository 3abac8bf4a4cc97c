namespace IntegrationHub.LocalPlatform.FunctionsHost;

/// <summary>A configuration that the host cannot run. The message lists every fault.</summary>
public sealed class InvalidConfigurationException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>Gets the faults, one sentence each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
