using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Reports;

/// <summary>Registers the figures.</summary>
internal static class ReportRegistration
{
    public static IServiceCollection AddReports(this IServiceCollection services) => services
        .AddSingleton<TallyStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<TallyStore>())
        .AddSingleton<TallyFlow>()
        .AddSingleton<TallyAudit>()
        .AddSingleton<RecountFlow>()
        .AddSingleton<FunnelQuery>();
}
