namespace IntegrationHub.Funnel;

/// <summary>Decides who owns an address, by the tools' records. Pure.</summary>
public static class AddressRules
{
    /// <summary>Whether an address is only a past alias of a lead: each of its records that had the address has
    /// a different one since. The addresses of merged and deleted records stay the lead's, and so do addresses
    /// that no record ever had.</summary>
    /// <param name="at">The time, inclusive, up to which facts count.</param>
    public static bool IsPastAlias(JourneyState state, IdentityKey address, DateTimeOffset at, FunnelSettings settings)
    {
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
