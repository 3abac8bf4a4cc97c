using IntegrationHub.Functions.Platform;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Merges two leads of one person.</summary>
internal sealed class JourneyMerger(
    JourneyReader reader, JourneyCommitter committer, JourneyWriter writer, IdentityStore identities, RecordLinkStore recordLinks,
    FunnelSettings settings, TimeProvider clock)
{
    /// <summary>Merges two leads. Facts and ledger go to the survivor first. Then the other becomes a pointer under its
    /// ETag, so that its later facts move too. After a crash in between the next attempt completes the merge.</summary>
    /// <param name="because">The fact behind the merge, without its key and lead.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    /// <returns>The lead that stays; null when one of them was erased.</returns>
    public async Task<LeadId?> MergeAsync(LeadId one, LeadId other, LeadsMerged because, CancellationToken cancellationToken) =>
        await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var (left, right) = (await reader.FollowAsync(one, token), await reader.FollowAsync(other, token));
            if (left.State.Ledger.ErasedAt is not null || right.State.Ledger.ErasedAt is not null)
            {
                return null;
            }

            if (left.State.LeadId == right.State.LeadId)
            {
                return left.State.LeadId;
            }

            var leftSurvives = MergeRules.Order(left.State.LeadId, right.State.LeadId).Survivor == left.State.LeadId;
            var (survivor, merged) = leftSurvives ? (left, right) : (right, left);
            try
            {
                await TakeOverAsync(survivor.State.LeadId, merged, because);
                return survivor.State.LeadId;
            }
            catch (StaleJourneyException)
            {
                committer.NoteConflict(merged.State.LeadId);
                throw;
            }
        }, cancellationToken);

    private async Task TakeOverAsync(LeadId stays, JourneyRecord merged, LeadsMerged because)
    {
        var gone = merged.State;
        await writer.PublishAsync(merged);
        var facts = gone.Facts.Values.Append(because with { Merged = gone.LeadId, DedupeKey = $"hub|merged|{gone.LeadId}" }).ToList();
        await committer.CommitAsync(
            stays, null, record => JourneyCommit.Of(MergeRules.TakeOver(record.State, gone, facts, settings, clock.GetUtcNow())));

        // Before the other becomes a pointer in case of a crash, and after it for records linked meanwhile.
        await MoveRecordLinksAsync(gone.LeadId, stays);
        await committer.PointAsync(merged, stays);
        foreach (var key in FactKeys.Of(gone.Facts.Values))
        {
            await identities.RelinkAsync(gone.LeadId, stays, key, CancellationToken.None);
        }

        await MoveRecordLinksAsync(gone.LeadId, stays);
        await recordLinks.EraseAsync(gone.LeadId, CancellationToken.None);
    }

    private async Task MoveRecordLinksAsync(LeadId from, LeadId to) =>
        await recordLinks.TryLinkAsync(
            to, await recordLinks.TakenAsync(from, CancellationToken.None), certain: true, CancellationToken.None);
}
