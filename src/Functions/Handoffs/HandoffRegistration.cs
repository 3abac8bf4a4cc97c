using IntegrationHub.Functions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Registers handoffs and write-back.</summary>
public static class HandoffRegistration
{
    private const string Section = "Handoffs";

    /// <summary>Registers <see cref="HandoffFlow"/> and <see cref="OutcomeFlow"/> with what they need.</summary>
    /// <exception cref="Connectors.Common.InvalidSettingsException">The section <c>Handoffs</c> names a connector that is not configured.</exception>
    public static IServiceCollection AddHandoffs(this IServiceCollection services, IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        var options = Read(reader);
        reader.ThrowIfFaulty();
        return services.AddSingleton(options).AddSingleton<HandoffFlow>().AddSingleton<OutcomeFlow>();
    }

    private static HandoffOptions Read(SettingsReader reader)
    {
        var known = reader.Names("Connectors").ToHashSet(StringComparer.OrdinalIgnoreCase);
        var connectors = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var team in reader.Names(Section))
        {
            var key = $"{Section}:{team}:Connector";
            if (reader.Text(key) is not { } connector || !known.Contains(connector))
            {
                reader.Fault(key, $"must name one of the connectors {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
                continue;
            }

            connectors[team] = connector;
        }

        return new HandoffOptions { Connectors = connectors };
    }
}
