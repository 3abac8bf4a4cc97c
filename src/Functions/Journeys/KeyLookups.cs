using System.Collections.Concurrent;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>
/// The keys that one delivery names, each asked for once. Whoever the delivery itself makes or links is known to the rest
/// of it, and what it found unknown is not asked again.
/// </summary>
public sealed class KeyLookups(IdentityStore identities)
{
    private readonly ConcurrentDictionary<IdentityKey, Task<KeyOwner>> _asked = new();
    private readonly ConcurrentDictionary<(LeadId Lead, IdentityKey Key), Task<LeadId?>> _linking = new();
    private readonly ConcurrentDictionary<IdentityKey, LeadId> _opened = new();

    /// <summary>Whom a person's key or an address leads to.</summary>
    public async Task<KeyOwner> LookUpAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (FindSeen(key) is { } seen)
        {
            return seen;
        }

        var owner = await _asked.GetOrAdd(key, asked => identities.LookUpAsync(asked, cancellationToken));
        if (owner != default)
        {
            // The store remembers what is known, and for how long.
            _asked.TryRemove(key, out _);
        }

        return owner;
    }

    /// <summary>What is known of a key without asking for it; null where it has to be asked for.</summary>
    public KeyOwner? FindSeen(IdentityKey key) => _opened.TryGetValue(key, out var opened) ? new(opened, false) : identities.FindSeen(key);

    /// <summary>Looks several keys up together.</summary>
    public async Task<Dictionary<IdentityKey, KeyOwner>> LookUpAsync(IEnumerable<IdentityKey> keys, CancellationToken cancellationToken)
    {
        var owners = await Task.WhenAll(keys.Distinct().Select(async key => (key, owner: await LookUpAsync(key, cancellationToken))));
        return owners.ToDictionary(pair => pair.key, pair => pair.owner);
    }

    /// <summary>Links a key to a lead unless it leads elsewhere already, as <see cref="IdentityStore.LinkAsync(LeadId, IdentityKey, IReadOnlyList{RecordLink}, CancellationToken)"/>.</summary>
    /// <param name="leadId">The lead.</param>
    /// <param name="key">The key.</param>
    /// <param name="claims">The places of the records that a new lead is met under; none for a known lead.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    public async Task<LeadId?> LinkAsync(LeadId leadId, IdentityKey key, IReadOnlyList<RecordLink> claims, CancellationToken cancellationToken)
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

    /// <summary>Notes the records of a lead that is stored with its first facts, later in this delivery.</summary>
    public void Opened(LeadId leadId, IEnumerable<IdentityKey> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        foreach (var record in records.Where(record => LeadId.For(record) == leadId))
        {
            _opened[record] = leadId;
        }
    }

    /// <summary>Forgets what was found of keys, so that they are asked for again.</summary>
    public void Forget(IEnumerable<IdentityKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var key in keys)
        {
            _asked.TryRemove(key, out _);
        }
    }
}
