using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Platform.Access;

/// <summary>Registers who may call the hub.</summary>
internal static class AccessRegistration
{
    /// <summary>Reads who may call the hub, and registers what decides and audits.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, SettingsReader reader) => services
        .AddSingleton(AccessSettingsReader.Read(reader))
        .AddSingleton<Callers>()
        .AddSingleton<AuditStore>()
        .AddSingleton<AuditTrail>()
        .AddHostedService<AuditSweep>();
}
