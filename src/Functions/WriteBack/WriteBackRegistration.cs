using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>Registers write-back and reads its settings.</summary>
public static class WriteBackRegistration
{
    private const string MaxOverwrites = "WriteBack:MaxOverwrites";

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
        var flips = reader.Value(MaxOverwrites, WriteBackPolicy.Default.MaxOverwrites, "Write a whole number, such as 2.");
        if (flips < 1)
        {
            reader.Fault(MaxOverwrites, $"'{flips}' would stop every write. Write 1 or more.");
        }

        return new()
        {
            MaxOverwrites = flips,
            OverwriteWindow = Wait(reader, "WriteBack:OverwriteWindow", WriteBackPolicy.Default.OverwriteWindow),
            EchoWithin = Wait(reader, "WriteBack:EchoWithin", WriteBackPolicy.Default.EchoWithin),
        };
    }

    /// <summary>The policy with the properties that the connectors are asked to keep in step.</summary>
    public static WriteBackPolicy For(WriteBackPolicy policy, ConnectorSet connectors)
    {
        ArgumentNullException.ThrowIfNull(connectors);
        return policy with { InStep = [.. connectors.OfType<IPersonTarget>().SelectMany(target => target.Writes).Where(property => LeadProfile.Properties.Contains(property))] };
    }

    private static TimeSpan Wait(SettingsReader reader, string key, TimeSpan fallback)
    {
        var wait = reader.Value(key, fallback, "Write a time as d.hh:mm:ss, such as 1.00:00:00.");
        if (wait > TimeSpan.Zero)
        {
            return wait;
        }

        reader.Fault(key, "must be longer than zero.");
        return fallback;
    }
}
