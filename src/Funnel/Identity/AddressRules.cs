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
        var addresses = new Dictionary<IdentityKey, SummedAddress>();
        var holders = new HashSet<IdentityKey>();
        var facts = FactOrder.Sort(state.Facts.Values.Where(fact => fact is FactsSummed || fact.OccurredAt <= at), settings.SystemOfRecord);
        foreach (var said in facts.SelectMany(AddressesOf).Where(said => said.At <= at))
        {
            if (!(addresses.GetValueOrDefault(said.Record)?.At > said.At))
            {
                addresses[said.Record] = said;
            }

            if (said.Address == address)
            {
                holders.Add(said.Record);
            }
        }

        return holders.Count > 0 && holders.All(record => addresses[record].Address != address);
    }

    /// <summary>Returns the addresses that a fact gives to records, by time.</summary>
    internal static IEnumerable<SummedAddress> AddressesOf(Fact fact) => fact switch
    {
        ProfileChanged { About: { } record } profile when EmailAddress.TryParse(profile.Profile.Email, out var said) =>
            [new(record, IdentityKey.Email(said), fact.OccurredAt.ToUniversalTime())],
        FactsSummed sum => sum.Addresses,
        _ => [],
    };
}
