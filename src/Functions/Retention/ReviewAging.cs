using System.Globalization;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Retention;

/// <summary>Deliveries that wait for a review leave by their time of receipt. The question stays.</summary>
internal sealed class ReviewAging(ReviewStore reviews, RetentionOptions options, TimeProvider clock) : IAgingPlace
{
    private const int Page = 100;

    /// <inheritdoc/>
    public string Name => "reviews";

    /// <inheritdoc/>
    public string Content => "deliveries that wait for a review";

    /// <inheritdoc/>
    public string Advice => "GET /api/reviews lists the questions, oldest first. Answer them.";

    /// <inheritdoc/>
    public async Task<AgedPage> RemoveOldAsync(string? from, CancellationToken cancellationToken)
    {
        var bound = clock.GetUtcNow() - TimeSpan.FromDays(options.ParkedDays);
        var page = await reviews.OpenAsync(new PageRequest(Page, from), cancellationToken);
        var (removed, leaving) = (new List<string>(), 0);
        foreach (var review in page.Items.Where(review => review.OpenedAt <= bound + IAgingPlace.Notice))
        {
            foreach (var kept in await reviews.KeptAsync(review.Id, cancellationToken))
            {
                if (ReceivedAt(kept) is not { } at || at <= bound)
                {
                    await reviews.RemoveAsync(kept, cancellationToken);
                    removed.Add(kept.Row.RowKey);
                }
                else if (at <= bound + IAgingPlace.Notice)
                {
                    leaving++;
                }
            }
        }

        // Oldest first: once one is young, all that follow are.
        var more = page.Items.Count > 0 && page.Items[^1].OpenedAt <= bound + IAgingPlace.Notice;
        return new(removed, leaving, 0, more ? page.Next : null);
    }

    private static DateTimeOffset? ReceivedAt(KeptDelivery kept) =>
        kept.Message.ApplicationProperties.TryGetValue("receivedAt", out var text) && DateTimeOffset.TryParse(
            text as string, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at)
            ? at : null;
}
