using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Holds what tools say about a hidden lead, so that a restore loses nothing.</summary>
internal sealed class HeldFlow(
    HeldStore held, ErasureStore erasures, IdentityStore identities, JourneyReader reader, ConnectorSet connectors, InboundQueue queue,
    TimeProvider clock)
{
    /// <summary>Holds the parts of a delivery that name hidden leads. A no-op for leads that are destroyed.</summary>
    /// <param name="keys">The keys of the events that were dropped.</param>
    /// <param name="leads">The leads that accepted no facts.</param>
    public async Task HoldAsync(
        Delivery delivery, IReadOnlyCollection<IdentityKey> keys, IReadOnlyCollection<LeadId> leads, CancellationToken cancellationToken)
    {
        var hidden = new HashSet<LeadId>();
        var named = await LeadsOfAsync(keys, cancellationToken);
        foreach (var lead in leads.Union(named.Values))
        {
            if (await erasures.FindAsync(lead, cancellationToken) is { State: not ErasureState.Destroying })
            {
                hidden.Add(lead);
            }
        }

        var toHold = hidden.Count == 0 ? [] : PartsFor(hidden, named, delivery).ToList();
        foreach (var (lead, part) in toHold)
        {
            await held.PutAsync(lead, part, cancellationToken);
        }

        // Restored or destroyed since it was looked up: that may have missed these deliveries.
        foreach (var lead in hidden)
        {
            if (await erasures.FindAsync(lead, cancellationToken) is null)
            {
                await ReleaseAsync(lead, cancellationToken);
            }
        }
    }

    /// <summary>Queues what was held about a lead, then removes it: a crash in between queues it twice, which is harmless.</summary>
    public async Task ReleaseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        foreach (var waiting in await held.ListAsync(leadId, cancellationToken))
        {
            waiting.Message.MessageId = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
            waiting.Message.ApplicationProperties[MessageSettler.ReplayOfProperty] = waiting.RowKey;
            await queue.Sender.SendMessageAsync(waiting.Message, cancellationToken);
            await held.RemoveAsync(leadId, waiting, cancellationToken);
        }
    }

    /// <summary>Returns each hidden lead with the parts that name it, or with the whole delivery when none does by a key.</summary>
    private IEnumerable<(LeadId Lead, Delivery Part)> PartsFor(
        HashSet<LeadId> hidden, Dictionary<IdentityKey, LeadId> named, Delivery delivery)
    {
        var parts = DeliveryKeys.PartsOf(connectors, delivery)
            .SelectMany(part => DeliveryKeys.Of(connectors, part)
                .Select(key => named.GetValueOrDefault(key)).OfType<LeadId>().Where(hidden.Contains).Distinct()
                .Select(lead => (Lead: lead, Part: part)))
            .ToList();
        return parts.Concat(hidden.Except(parts.Select(part => part.Lead)).Select(lead => (lead, delivery)));
    }

    private async Task<Dictionary<IdentityKey, LeadId>> LeadsOfAsync(
        IEnumerable<IdentityKey> keys, CancellationToken cancellationToken)
    {
        var leads = new Dictionary<IdentityKey, LeadId>();
        foreach (var key in keys.Distinct())
        {
            var owner = await identities.LookUpAsync(key, cancellationToken);
            if (owner.Lead is { } lead)
            {
                leads[key] = await reader.ResolveAsync(lead, cancellationToken);
            }
            else if (owner.Erased && key.Kind == IdentityKind.Person)
            {
                leads[key] = identities.Keys.LeadOf(key);
            }
        }

        return leads;
    }
}
