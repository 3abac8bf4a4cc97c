using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads how tools are kept in step.</summary>
public static class WriteBackPolicyReader
{
    /// <summary>Reads the section <c>WriteBack</c>; faults go to <paramref name="reader"/>.</summary>
    public static WriteBackPolicy Read(SettingsReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var standard = WriteBackPolicy.Default;
        return new()
        {
            MaxOverwrites = reader.Value<int>(
                "WriteBack:MaxOverwrites", standard.MaxOverwrites, overwrites => overwrites >= 1, "a whole number of 1 or more", "2"),
            OverwriteWindow = reader.Duration("WriteBack:OverwriteWindow") ?? standard.OverwriteWindow,
            EchoWithin = reader.Duration("WriteBack:EchoWithin") ?? standard.EchoWithin,
        };
    }

    /// <summary>Returns the policy with the properties that the connectors are asked to keep in step.</summary>
    public static WriteBackPolicy For(WriteBackPolicy policy, ConnectorSet connectors)
    {
        ArgumentNullException.ThrowIfNull(connectors);
        return policy with
        {
            InStep = [.. connectors.OfType<IPersonTarget>().SelectMany(target => target.Writes).Where(property => LeadProfile.Properties.Contains(property))],
        };
    }
}
