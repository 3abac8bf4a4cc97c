using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Makes the write-back policy from the section <c>WriteBack</c> and from the connectors.</summary>
internal static class WriteBackPolicyReader
{
    public static WriteBackPolicy Read(SettingsReader reader)
    {
        var standard = WriteBackPolicy.Default;
        return new()
        {
            MaxOverwrites = reader.Value<int>(
                "WriteBack:MaxOverwrites", standard.MaxOverwrites, overwrites => overwrites >= 1, "a whole number of 1 or more", "2"),
            OverwriteWindow = reader.Duration("WriteBack:OverwriteWindow") ?? standard.OverwriteWindow,
            EchoWithin = reader.Duration("WriteBack:EchoWithin") ?? standard.EchoWithin,
        };
    }

    /// <summary>Adds what the connectors keep in sync: properties, and outside the CRMs the stage.</summary>
    public static FunnelSettings InStepWith(this FunnelSettings funnel, ConnectorSet connectors)
    {
        var written = connectors.OfType<IPersonTarget>().SelectMany(target => target.Writes);
        var stageTools = connectors.OfType<IPersonTarget>()
            .Where(target => target is not IHandoffTarget && target.Writes.Contains(PersonProperty.Stage));
        var policy = funnel.WriteBack with
        {
            InStep = [.. written.Where(property => LeadProfile.Properties.Contains(property))],
            StageTools = [.. stageTools.Select(target => target.Name)],
        };
        return funnel with { WriteBack = policy };
    }
}
