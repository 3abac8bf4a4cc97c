namespace IntegrationHub.LocalPlatform.FunctionsHost;

/// <summary>Something that the host was told cannot be done; the message lists every fault.</summary>
public sealed class InvalidConfigurationException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>Gets the faults, one sentence each.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
