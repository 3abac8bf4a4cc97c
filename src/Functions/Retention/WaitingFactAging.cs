using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Retention;

/// <summary>Facts of deals without a known person leave as leads do.</summary>
internal sealed class WaitingFactAging(ParkedStore parked, RetentionOptions options, TimeProvider clock) : IAgingPlace
{
    private const int Page = 500;

    /// <inheritdoc/>
    public string Name => "waiting-facts";

    /// <inheritdoc/>
    public string Content => "facts of deals without a person";

    /// <inheritdoc/>
    public string? Advice => null;

    /// <inheritdoc/>
    public async Task<AgedPage> RemoveOldAsync(string? from, CancellationToken cancellationToken)
    {
        var bound = clock.GetUtcNow() - TimeSpan.FromDays(options.LeadDays);
        var removed = await parked.RemoveOldDealsAsync(bound, Page, cancellationToken);
        return new(removed, 0, 0, removed.Count == Page ? "front" : null);
    }
}
