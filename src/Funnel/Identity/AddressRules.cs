namespace IntegrationHub.Funnel;

/// <summary>Whose an address is by what the tools say of their records. Pure.</summary>
public static class AddressRules
{
    /// <summary>
    /// Returns whether an address is only a past alias of a lead: a record of it had the address, and each record that
    /// had it has said another one since. The address of a record that was merged
    /// or deleted stays the lead's, and so does one that no record was ever said to have.
    /// </summary>
    /// <param name="state">The lead.</param>
    /// <param name="address">The address.</param>
    /// <param name="at">When somebody else is said to have it, inclusive: what was said later does not count.</param>
    /// <param name="settings">Which tool is right where two speak at the same time.</param>
    public static bool IsPastAlias(JourneyState state, IdentityKey address, DateTimeOffset at, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(settings);
        var addresses = new Dictionary<IdentityKey, IdentityKey>();
        var holders = new HashSet<IdentityKey>();
        foreach (var fact in FactOrder.Sort(state.Facts.Values.Where(fact => fact.OccurredAt <= at), settings.SystemOfRecord))
        {
            if (fact is ProfileChanged { About: { } record } profile && EmailAddress.TryParse(profile.Profile.Email, out var said))
            {
                addresses[record] = IdentityKey.Email(said);
                if (addresses[record] == address)
                {
                    holders.Add(record);
                }
            }
        }

        return holders.Count > 0 && holders.All(record => addresses[record] != address);
    }
}
