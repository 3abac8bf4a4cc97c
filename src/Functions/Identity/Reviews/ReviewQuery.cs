using System.Collections.Concurrent;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>Lists open reviews with what distinguishes the candidates.</summary>
internal sealed class ReviewQuery(ReviewStore reviews, JourneyFlow journeys, FunnelSettings settings)
{
    private const int ReadsAtOnce = 8;

    /// <summary>Returns a page of the open reviews, oldest first.</summary>
    public async Task<ListPage<ReviewView>> OpenAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var open = await reviews.OpenAsync(page, cancellationToken);
        var leads = new ConcurrentDictionary<LeadId, JourneyState?>();
        var waiting = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            open.Items.SelectMany(review => review.Leads).Distinct(), options,
            async (lead, token) => leads[lead] = await journeys.LoadAsync(lead, token));
        await Parallel.ForEachAsync(
            open.Items.Where(review => review.HandoffId is null), options,
            async (review, token) => waiting[review.Id] = await reviews.CountKeptAsync(review.Id, token));
        return new([.. open.Items.Select(review => ViewOf(review, leads, waiting.GetValueOrDefault(review.Id)))], open.Next);
    }

    private ReviewView ViewOf(Review review, IReadOnlyDictionary<LeadId, JourneyState?> leads, int waiting) =>
        new(
            review.Id, review.Reason, review.Connector, [.. review.Records.Select(IdentityView.Of)], review.OpenedAt, waiting,
            [
                .. review.Leads.Select(lead => CandidateView.Of(lead, leads[lead], review, settings)),
                .. review.Matches.Select(CandidateView.Of),
            ]);
}
