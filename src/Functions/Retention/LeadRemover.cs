using Azure;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Retention;

/// <summary>Removes all that is stored about a lead, without tombstones: a person who comes back is a new lead. The lead's row
/// goes last, so that a repeat completes what a crash left.</summary>
internal sealed class LeadRemover(JourneyStore store, IdentityStore identities, IEnumerable<IErasable> records)
{
    /// <summary>Removes a lead with all leads merged into it.</summary>
    /// <returns>False when something new was said about it meanwhile; it stays.</returns>
    public async Task<bool> TryRemoveAsync(JourneyRecord record, CancellationToken cancellationToken)
    {
        var leadId = record.State.LeadId;
        var facts = record.State.Facts.Values.ToList();
        var keys = FactKeys.Of(facts);
        foreach (var key in keys)
        {
            await identities.ForgetAsync(leadId, key, cancellationToken);
        }

        foreach (var each in facts.OfType<LeadsMerged>().Select(fact => fact.Merged).Append(leadId).Distinct())
        {
            foreach (var kept in records.Where(kept => !kept.IsAboutErasures))
            {
                await kept.EraseAsync(each, cancellationToken);
            }
        }

        identities.Unsee(leadId, keys);
        if (await TryRemoveRowAsync(record, cancellationToken))
        {
            return true;
        }

        await identities.LinkAsync(leadId, keys, cancellationToken);
        return false;
    }

    private async Task<bool> TryRemoveRowAsync(JourneyRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await store.EmptyAsync(record, new(), cancellationToken);
            var emptied = await store.LoadAsync(record.State.LeadId, cancellationToken);
            if (emptied.State.Facts.IsEmpty)
            {
                await store.RemoveAsync(emptied, cancellationToken);
            }

            return emptied.State.Facts.IsEmpty;
        }
        catch (Exception changed) when (changed is StaleJourneyException or RequestFailedException { Status: 412 })
        {
            return false;
        }
    }
}
