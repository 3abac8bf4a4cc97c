using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Registers handoffs.</summary>
public static class HandoffRegistration
{
    private const string Section = "Handoffs";

    /// <summary>Registers <see cref="HandoffFlow"/> with what it needs.</summary>
    /// <exception cref="InvalidSettingsException">The section <c>Handoffs</c> names a connector that takes no leads over.</exception>
    public static IServiceCollection AddHandoffs(this IServiceCollection services, IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        var options = Read(reader);
        reader.ThrowIfFaulty();
        return services.AddSingleton(options).AddSingleton<RoundRobinStore>().AddSingleton<IErasable>(provider => provider.GetRequiredService<RoundRobinStore>()).AddSingleton<AssignmentFlow>()
            .AddSingleton<ReturnStore>().AddSingleton<IErasable>(provider => provider.GetRequiredService<ReturnStore>()).AddSingleton<ReturnFlow>()
            .AddSingleton<HandoffFlow>().AddSingleton<NoteFlow>().AddSingleton<MarketingFlow>();
    }

    private static HandoffOptions Read(SettingsReader reader)
    {
        var handoffTargets = reader.ConnectorsOfType<IHandoffTarget>();
        var connectors = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var team in reader.Names(Section))
        {
            var key = $"{Section}:{team}:Connector";
            if (reader.Text(key) is not { } connector)
            {
                continue;
            }

            if (!handoffTargets.Contains(connector, StringComparer.OrdinalIgnoreCase))
            {
                reader.Fault(key, $"'{connector}' takes no leads over. {HandoffRoutingReader.Name("connectors that do", handoffTargets)}");
            }

            connectors[team] = connector;
        }

        return new HandoffOptions { Connectors = connectors };
    }
}
