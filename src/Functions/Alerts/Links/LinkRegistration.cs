using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Alerts.Links;

internal static class LinkRegistration
{
    public static IServiceCollection AddAlertLinks(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("IntegrationHub");
        services.AddOptions<KeyManagementOptions>().Configure<HubTables>((ring, tables) =>
        {
            ring.XmlRepository = new KeyRingTable(tables);

            // Whoever may read the tables may read the leads themselves; the storage account encrypts at rest.
            ring.XmlEncryptor = new NullXmlEncryptor();
        });
        return services.AddSingleton<LinkProtector>();
    }
}
