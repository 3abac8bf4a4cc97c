using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>Both steps of a write at once.</summary>
internal static class Writing
{
    /// <summary>Compares and writes; says whether anything had to be written.</summary>
    public static async Task<bool> WriteAsync(this IPersonTarget target, IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        if (await target.PlanAsync(person, wish, cancellationToken) is not { Writes.Count: > 0 } plan)
        {
            return false;
        }

        await target.WriteAsync(plan, cancellationToken);
        return true;
    }

    public static Task<bool> WriteStageAsync(this IPersonTarget target, IdentityKey person, FunnelStage stage, CancellationToken cancellationToken) =>
        target.WriteAsync(person, new PersonWish { Stage = stage }, cancellationToken);
}
