using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.AccountEngagement;
using IntegrationHub.Connectors.ActiveCampaign;
using IntegrationHub.Connectors.CustomerIo;
using IntegrationHub.Connectors.Dynamics;
using IntegrationHub.Connectors.Generic;
using IntegrationHub.Connectors.HubSpot;
using IntegrationHub.Connectors.Klaviyo;
using IntegrationHub.Connectors.Mailchimp;
using IntegrationHub.Connectors.Marketo;
using IntegrationHub.Connectors.Mautic;
using IntegrationHub.Connectors.Pipedrive;
using IntegrationHub.Connectors.Salesforce;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IntegrationHub.Connectors;

/// <summary>Creates the configured connectors. A new vendor needs one folder and one line in
/// <see cref="Catalog"/>.</summary>
public static class ConnectorRegistration
{
    private static readonly ConnectorType[] Catalog =
    [
        new(HubSpotConnector.TypeName, typeof(HubSpotConnector), HubSpotRegistration.Register),
        new(KlaviyoConnector.TypeName, typeof(KlaviyoConnector), KlaviyoRegistration.Register),
        new(CustomerIoConnector.TypeName, typeof(CustomerIoConnector), CustomerIoRegistration.Register),
        new(AccountEngagementConnector.TypeName, typeof(AccountEngagementConnector), AccountEngagementRegistration.Register),
        new(MailchimpConnector.TypeName, typeof(MailchimpConnector), MailchimpRegistration.Register),
        new(MauticConnector.TypeName, typeof(MauticConnector), MauticRegistration.Register),
        new(MarketoConnector.TypeName, typeof(MarketoConnector), MarketoRegistration.Register),
        new(ActiveCampaignConnector.TypeName, typeof(ActiveCampaignConnector), ActiveCampaignRegistration.Register),
        new(PipedriveConnector.TypeName, typeof(PipedriveConnector), PipedriveRegistration.Register),
        new(DynamicsConnector.TypeName, typeof(DynamicsConnector), DynamicsRegistration.Register),
        new(SalesforceConnector.TypeName, typeof(SalesforceConnector), SalesforceRegistration.Register),
        new(GenericConnector.TypeName, typeof(GenericConnector), GenericRegistration.Register) { ClassOf = GenericReader.ClassOf },
    ];

    /// <summary>Registers a <see cref="ConnectorSet"/> of the section <c>Connectors</c>.</summary>
    /// <exception cref="InvalidSettingsException">Lists every fault of every connector.</exception>
    public static IServiceCollection AddConnectors(this IServiceCollection services, IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        services.AddConnectors(reader);
        reader.ThrowIfFaulty();
        return services;
    }

    /// <summary>Registers a <see cref="ConnectorSet"/> of the section <c>Connectors</c>;
    /// faults go to the reader.</summary>
    public static IServiceCollection AddConnectors(this IServiceCollection services, SettingsReader reader)
    {
        foreach (var name in reader.Names("Connectors"))
        {
            if (!name.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
            {
                reader.Fault($"Connectors:{name}", "a name of letters, digits and -", "Connectors:hubspot");
            }

            Register(new ConnectorSettings(name, reader), services);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ConnectorSet(provider.GetServices<IConnector>()));
        return services;
    }

    /// <summary>Returns the names of the connectors that can do <typeparamref name="T"/>, in lower case and in order.
    /// Unknown types are left out.</summary>
    public static IReadOnlyList<string> NamesOf<T>(SettingsReader reader)
        where T : class, IConnector
    {
        return [..
            from name in reader.Names("Connectors")
            where ClassOf(reader.Below($"Connectors:{name}"))?.IsAssignableTo(typeof(T)) == true
            orderby name
            select name.ToLowerInvariant()];
    }

    private static Type? ClassOf(SettingsReader settings) =>
        Find(settings.Text("Type")) is { } type ? type.ClassOf?.Invoke(settings) ?? type.Connector : null;

    private static ConnectorType? Find(string? type) =>
        Catalog.FirstOrDefault(known => known.Name.Equals(type, StringComparison.OrdinalIgnoreCase));

    private static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var reader = settings.Reader;
        if (Find(reader.Text("Type")) is { } type)
        {
            type.Register(settings, services);
        }
        else if (!reader.IsBroken)
        {
            reader.Fault("Type", $"one of {string.Join(", ", Catalog.Select(known => known.Name))}", Catalog[0].Name);
        }
    }
}
