using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Makes one lead of two that turned out to be one person.</summary>
public sealed class JourneyMerger(
    JourneyReader reader, JourneyCommitter committer, JourneyWriter writer, IdentityStore identities, RecordLinkStore recordLinks, FunnelSettings settings, TimeProvider clock)
{
    private const int ConflictsBeforeGivingUp = 20;

    /// <summary>
    /// Makes one lead of two. The facts and what the hub did go to the survivor first, then the other becomes a pointer
    /// under its ETag, so that what was said to it meanwhile is taken over too. A crash in between leaves two leads, one
    /// with the other's facts as well; the next attempt ends it.
    /// </summary>
    /// <param name="one">A lead.</param>
    /// <param name="other">The lead that is the same person.</param>
    /// <param name="because">What shows it: a fact to be kept, but for its key and the lead that it names.</param>
    /// <param name="cancellationToken">Stops before the next step; what is begun is ended.</param>
    /// <returns>The lead that is left; null where one of them was erased.</returns>
    public async Task<LeadId?> MergeAsync(LeadId one, LeadId other, LeadsMerged because, CancellationToken cancellationToken)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (left, right) = (await reader.FollowAsync(one, cancellationToken), await reader.FollowAsync(other, cancellationToken));
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
            catch (StaleJourneyException) when (conflicts < ConflictsBeforeGivingUp)
            {
                committer.NoteConflict(merged.State.LeadId);
            }
        }
    }

    private async Task TakeOverAsync(LeadId stays, JourneyRecord merged, LeadsMerged because)
    {
        var gone = merged.State;
        await writer.PublishAsync(merged);
        var facts = gone.Facts.Values.Append(because with { Merged = gone.LeadId, DedupeKey = $"hub|merged|{gone.LeadId}" }).ToList();
        await committer.CommitAsync(stays, null, record => JourneyCommit.Of(MergeRules.TakeOver(record.State, gone, facts, settings, clock.GetUtcNow())));

        // Before the other is a pointer, for a crash then; and after, for whoever was seated meanwhile.
        await MoveRecordLinksAsync(gone.LeadId, stays);
        await committer.PointAsync(merged, stays);
        foreach (var key in FactKeys.Of(gone.Facts.Values))
        {
            await identities.RelinkAsync(gone.LeadId, stays, key, CancellationToken.None);
        }

        await MoveRecordLinksAsync(gone.LeadId, stays);
        await recordLinks.RemoveAsync(gone.LeadId, CancellationToken.None);
    }

    private async Task MoveRecordLinksAsync(LeadId from, LeadId to) =>
        await recordLinks.TryLinkAsync(to, await recordLinks.TakenAsync(from, CancellationToken.None), certain: true, CancellationToken.None);
}
