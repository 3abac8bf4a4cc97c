using System.Collections.Concurrent;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>Looks each key of a delivery up once. Keys that the delivery itself creates or links are known to its other
/// events, and unknown keys are not looked up again.</summary>
internal sealed class KeyLookups(IdentityStore identities)
{
    private readonly ConcurrentDictionary<IdentityKey, Task<KeyOwner>> _asked = new();
    private readonly ConcurrentDictionary<(LeadId Lead, IdentityKey Key), Task<LeadId?>> _linking = new();
    private readonly ConcurrentDictionary<IdentityKey, LeadId> _opened = new();

    /// <summary>Returns the owner of a person's key or an address.</summary>
    public async Task<KeyOwner> LookUpAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        if (FindSeen(key) is { } seen)
        {
            return seen;
        }

        var owner = await _asked.GetOrAdd(key, asked => identities.LookUpAsync(asked, cancellationToken));
        if (owner != default)
        {
            // The store caches known keys, with their own expiry.
            _asked.TryRemove(key, out _);
        }

        return owner;
    }

    /// <summary>Returns the known owner of a key; null when it must be looked up.</summary>
    public KeyOwner? FindSeen(IdentityKey key) => _opened.TryGetValue(key, out var opened) ? new(opened, false) : identities.FindSeen(key);

    /// <summary>Looks several keys up concurrently.</summary>
    internal async Task<Dictionary<IdentityKey, KeyOwner>> LookUpAsync(IEnumerable<IdentityKey> keys, CancellationToken cancellationToken)
    {
        var owners = await Task.WhenAll(keys.Distinct().Select(async key => (key, owner: await LookUpAsync(key, cancellationToken))));
        return owners.ToDictionary(pair => pair.key, pair => pair.owner);
    }

    /// <summary>Links a key to a lead unless it leads elsewhere, as
    /// <see cref="IdentityStore.LinkAsync(LeadId, IdentityKey, IReadOnlyList{RecordLink}, CancellationToken)"/>.</summary>
    /// <param name="claims">The record links of a new lead; none for a known one.</param>
    public async Task<LeadId?> LinkAsync(
        LeadId leadId, IdentityKey key, IReadOnlyList<RecordLink> claims, CancellationToken cancellationToken)
    {
        try
        {
            return await _linking.GetOrAdd((leadId, key), link => identities.LinkAsync(link.Lead, link.Key, claims, cancellationToken));
        }
        finally
        {
            _linking.TryRemove((leadId, key), out _);
            _asked.TryRemove(key, out _);
        }
    }

    /// <summary>Records that a lead will be stored with its first facts, later in this delivery.</summary>
    public void Opened(LeadId leadId, IEnumerable<IdentityKey> records)
    {
        foreach (var record in records.Where(record => identities.Keys.LeadOf(record) == leadId))
        {
            _opened[record] = leadId;
        }
    }

    /// <summary>Drops the results for keys, so that they are looked up again.</summary>
    public void Forget(IEnumerable<IdentityKey> keys)
    {
        foreach (var key in keys)
        {
            _asked.TryRemove(key, out _);
        }
    }
}
