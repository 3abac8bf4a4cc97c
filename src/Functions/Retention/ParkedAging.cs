using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Retention;

/// <summary>Parked deliveries leave by their time of receipt.</summary>
internal sealed class ParkedAging(ParkedDeliveryStore parked, RetentionOptions options, TimeProvider clock) : IAgingPlace
{
    private const int Page = 200;

    /// <inheritdoc/>
    public string Name => "parked";

    /// <inheritdoc/>
    public string Content => "parked deliveries";

    /// <inheritdoc/>
    public string Advice => "GET /api/parked lists them, oldest first. Replay or drop them.";

    /// <inheritdoc/>
    public async Task<AgedPage> RemoveOldAsync(string? from, CancellationToken cancellationToken)
    {
        var bound = clock.GetUtcNow() - TimeSpan.FromDays(options.ParkedDays);
        var page = await parked.ListAsync(new(null, null, null, null), Page, from, cancellationToken);
        var removed = new List<string>();
        foreach (var old in page.Where(delivery => delivery.ReceivedAt <= bound))
        {
            if (await parked.TryRemoveAsync(old, cancellationToken))
            {
                removed.Add(old.Id);
            }
        }

        var leaving = page.Count(delivery => delivery.ReceivedAt > bound && delivery.ReceivedAt <= bound + IAgingPlace.Notice);
        var more = page.Count == Page && page[^1].ReceivedAt <= bound + IAgingPlace.Notice;
        return new(removed, leaving, 0, more ? page[^1].Id : null);
    }
}
