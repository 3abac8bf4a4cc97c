using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Retention;

/// <summary>Registers what removes data that is not to be kept any more.</summary>
internal static class RetentionRegistration
{
    public static IServiceCollection AddRetention(this IServiceCollection services) => services
        .AddSingleton<GoneKeyStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<GoneKeyStore>())
        .AddSingleton<QueuedBodies>()
        .AddSingleton<DeadLetterTaker>()
        // In the order in which a message moves on, so that none slips past the walk.
        .AddSingleton<IBodyPlace, SpooledBodies>()
        .AddSingleton<IBodyPlace, DelayedCopies>()
        .AddSingleton<IBodyPlace, DeadBodies>()
        .AddSingleton<ErasedBodiesFlow>()
        .AddAging();

    private static IServiceCollection AddAging(this IServiceCollection services)
    {
        services.AddSingleton<LeadRemover>()
            .AddSingleton<IAgingPlace, ParkedAging>()
            .AddSingleton<IAgingPlace, ReviewAging>()
            .AddSingleton<IAgingPlace, AlertAging>()
            .AddSingleton<IAgingPlace, WaitingFactAging>()
            .AddSingleton<IAgingPlace, LeadAging>();
        foreach (var entity in QueueProbe.Entities)
        {
            services.AddSingleton<IAgingPlace>(
                provider => ActivatorUtilities.CreateInstance<DeadLetterAging>(provider, entity));
        }

        return services.AddSingleton<RetentionFlow>();
    }
}
