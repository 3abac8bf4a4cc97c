using IntegrationHub.Connectors.Common;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>Registers write-back and reads its settings.</summary>
public static class WriteBackRegistration
{
    private const string MaxFlips = "WriteBack:MaxFlips";

    /// <summary>Registers <see cref="WriteBackFlow"/> with what it needs.</summary>
    public static IServiceCollection AddWriteBack(this IServiceCollection services) => services
        .AddSingleton<BreakerStore>()
        .AddSingleton<ILeadRecords>(provider => provider.GetRequiredService<BreakerStore>())
        .AddSingleton<BreakerFlow>()
        .AddSingleton<WriteBackFlow>();

    /// <summary>Reads the section <c>WriteBack</c>; faults go to <paramref name="reader"/>.</summary>
    public static WriteBackPolicy ReadWriteBack(SettingsReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var flips = reader.Value(MaxFlips, WriteBackPolicy.Default.MaxFlips, "Write a whole number, such as 2.");
        if (flips < 1)
        {
            reader.Fault(MaxFlips, $"'{flips}' would stop every write. Write 1 or more.");
        }

        return new()
        {
            MaxFlips = flips,
            FlipWindow = Wait(reader, "WriteBack:FlipWindow", WriteBackPolicy.Default.FlipWindow),
            EchoWithin = Wait(reader, "WriteBack:EchoWithin", WriteBackPolicy.Default.EchoWithin),
        };
    }

    /// <summary>The policy with the properties that the connectors are asked to keep in step.</summary>
    public static WriteBackPolicy For(WriteBackPolicy policy, ConnectorSet connectors)
    {
        ArgumentNullException.ThrowIfNull(connectors);
        return policy with { InStep = [.. connectors.That<IPersonTarget>().SelectMany(target => target.Writes).Where(property => LeadProfile.Properties.Contains(property))] };
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
