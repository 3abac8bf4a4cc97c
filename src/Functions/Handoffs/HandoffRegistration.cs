using IntegrationHub.Connectors.Common;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Settings;
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
        return services.AddSingleton(options).AddSingleton<RotaStore>().AddSingleton<ILeadRecords>(provider => provider.GetRequiredService<RotaStore>()).AddSingleton<AssignmentFlow>()
            .AddSingleton<ReturnStore>().AddSingleton<ILeadRecords>(provider => provider.GetRequiredService<ReturnStore>()).AddSingleton<ReturnFlow>()
            .AddSingleton<HandoffFlow>().AddSingleton<NoteFlow>().AddSingleton<MarketingFlow>();
    }

    private static HandoffOptions Read(SettingsReader reader)
    {
        var takers = reader.ConnectorsThat<IHandoffTarget>();
        var connectors = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var team in reader.Names(Section))
        {
            var key = $"{Section}:{team}:Connector";
            if (reader.Text(key) is not { } connector)
            {
                continue;
            }

            if (!takers.Contains(connector, StringComparer.OrdinalIgnoreCase))
            {
                reader.Fault(key, $"'{connector}' takes no leads over. {HandoffRoutingReader.Name("connectors that do", takers)}");
            }

            connectors[team] = connector;
        }

        return new HandoffOptions { Connectors = connectors };
    }
}
