using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>Registers write-back and reads its settings.</summary>
public static class WriteBackRegistration
{
    /// <summary>Registers <see cref="WriteBackFlow"/> with what it needs.</summary>
    public static IServiceCollection AddWriteBack(this IServiceCollection services) => services
        .AddSingleton<SyncLoopBreakerStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<SyncLoopBreakerStore>())
        .AddSingleton<SyncLoopBreakerFlow>()
        .AddSingleton<WriteBackFlow>();

    /// <summary>Reads the section <c>WriteBack</c>; faults go to <paramref name="reader"/>.</summary>
    public static WriteBackPolicy ReadWriteBack(SettingsReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var standard = WriteBackPolicy.Default;
        return new()
        {
            MaxOverwrites = reader.Value<int>("WriteBack:MaxOverwrites", standard.MaxOverwrites, overwrites => overwrites >= 1, "a whole number of 1 or more", "2"),
            OverwriteWindow = reader.Duration("WriteBack:OverwriteWindow") ?? standard.OverwriteWindow,
            EchoWithin = reader.Duration("WriteBack:EchoWithin") ?? standard.EchoWithin,
        };
    }

    /// <summary>The policy with the properties that the connectors are asked to keep in step.</summary>
    public static WriteBackPolicy For(WriteBackPolicy policy, ConnectorSet connectors)
    {
        ArgumentNullException.ThrowIfNull(connectors);
        return policy with { InStep = [.. connectors.OfType<IPersonTarget>().SelectMany(target => target.Writes).Where(property => LeadProfile.Properties.Contains(property))] };
    }
}
