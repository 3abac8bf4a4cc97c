using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Retention;

/// <summary>Leads leave by the receipt of their last fact. One whose last handoff is open stays, and ops are notified.</summary>
internal sealed class LeadAging(
    JourneyWalk walk, JourneyStore store, LeadRemover remover, RetentionOptions options, TimeProvider clock) : IAgingPlace
{
    private const int Page = 200;

    /// <inheritdoc/>
    public string Name => "leads";

    /// <inheritdoc/>
    public string Content => "leads without a new fact";

    /// <inheritdoc/>
    public string Advice =>
        "Their last handoff is open. Accept it in the tool, give it back, or erase the lead: DELETE /api/leads/{leadId}. "
        + "The log names them.";

    /// <inheritdoc/>
    public async Task<AgedPage> RemoveOldAsync(string? from, CancellationToken cancellationToken)
    {
        var bound = clock.GetUtcNow() - TimeSpan.FromDays(options.LeadDays);
        var page = await walk.ReadQuietAsync(from, bound, Page, cancellationToken);
        var (removed, unsettled) = (new List<string>(), 0);
        foreach (var leadId in page.Items)
        {
            var record = await store.LoadAsync(leadId, cancellationToken);
            var age = RetentionRules.Judge(record.State, bound);
            unsettled += age == LeadAge.Unsettled ? 1 : 0;
            if (age == LeadAge.Old && await remover.TryRemoveAsync(record, cancellationToken))
            {
                removed.Add(leadId.Value);
            }
        }

        return new(removed, 0, unsettled, page.Next);
    }
}
