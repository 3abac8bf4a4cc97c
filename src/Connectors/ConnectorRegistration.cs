using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.HubSpot;
using IntegrationHub.Connectors.Salesforce;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IntegrationHub.Connectors;

/// <summary>Makes the connectors that the settings name. A further vendor is one folder and one line of <see cref="Catalog"/>.</summary>
public static class ConnectorRegistration
{
    private static readonly ConnectorType[] Catalog =
    [
        new(HubSpotConnector.TypeName, typeof(HubSpotConnector), HubSpotRegistration.Register),
        new(SalesforceConnector.TypeName, typeof(SalesforceConnector), SalesforceRegistration.Register),
    ];

    /// <summary>Registers a <see cref="ConnectorSet"/> of all instances under <c>Connectors</c>.</summary>
    /// <exception cref="InvalidSettingsException">Some settings are not right; every fault of every connector is told.</exception>
    public static IServiceCollection AddConnectors(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);

        var faults = new List<string>();
        foreach (var instance in configuration.GetSection("Connectors").GetChildren())
        {
            Register(instance, OwnersIn(instance.Key, configuration), services, faults);
        }

        if (faults.Count > 0)
        {
            throw new InvalidSettingsException(faults);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ConnectorSet(provider.GetServices<IConnector>()));
        return services;
    }

    /// <summary>The names, in lower case and in order, of the instances under <c>Connectors</c> that can do <typeparamref name="T"/>; those of a type that the hub does not know are left out.</summary>
    public static IReadOnlyList<string> NamesOf<T>(IConfiguration configuration)
        where T : class, IConnector
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return [..
            from instance in configuration.GetSection("Connectors").GetChildren()
            let named = ConnectorSection.Expand(instance, [])?["Type"]?.Trim()
            where Find(named)?.Connector.IsAssignableTo(typeof(T)) == true
            orderby instance.Key
            select instance.Key.ToLowerInvariant()];
    }

    private static ConnectorType? Find(string? type) => Catalog.FirstOrDefault(known => known.Name.Equals(type, StringComparison.OrdinalIgnoreCase));

    private static Dictionary<string, string> OwnersIn(string connector, IConfiguration configuration) => configuration.GetSection("Owners").GetChildren()
        .Select(owner => owner.GetSection("Id").GetSection(connector))
        .Where(id => !string.IsNullOrWhiteSpace(id.Value))
        .ToDictionary(id => id.Path, id => id.Value!.Trim());

    private static void Register(IConfigurationSection instance, IReadOnlyDictionary<string, string> owners, IServiceCollection services, List<string> faults)
    {
        if (ConnectorSection.Expand(instance, faults) is not { } section)
        {
            return;
        }

        var settings = new ConnectorSettings(instance.Key, section, faults) { Owners = owners };
        if (!instance.Key.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
        {
            faults.Add($"Connectors:{instance.Key} has a name that is no part of a URL: letters, digits and - would be right.");
        }

        var known = string.Join(", ", Catalog.Select(type => type.Name));
        var named = settings.Required("Type", $"one of {known} would be right");
        if (Find(named) is { } type)
        {
            type.Register(settings, services);
        }
        else if (named.Length > 0)
        {
            settings.Fault("Type", $"is '{named}', which the hub does not know: one of {known} would be right");
        }
    }
}
