using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Mailchimp;

/// <summary>Registers one Mailchimp audience.</summary>
internal static class MailchimpRegistration
{
    public static void Register(ConnectorSettings settings, IServiceCollection services)
    {
        var options = MailchimpOptions.Read(settings);
        services.AddVendorClient<IMailchimpApi>(
                options.Name, options.BaseUrl, MailchimpJson.Options, (_, _) => Task.FromResult(new AccessToken(options.ApiKey, null)))
            .AddSingleton<IConnector>(provider => new MailchimpConnector(options, new(
                provider.GetRequiredKeyedService<IMailchimpApi>(options.Name),
                provider.GetRequiredKeyedService<VendorCalls>(options.Name),
                options.ListId)));
    }
}
