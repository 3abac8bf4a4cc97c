namespace IntegrationHub.Funnel;

/// <summary>Whose an address is by what the tools say of their records. Pure.</summary>
public static class AddressRules
{
    /// <summary>
    /// Whether an address is only a past alias of a lead: one of its records had it and has another one now, or is gone, and none has it still. An address that no record was ever said to have is no
    /// past alias.
    /// </summary>
    public static bool IsPastAlias(JourneyState state, IdentityKey address, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(settings);
        var records = new RecordFold();
        var (had, has) = (false, new Dictionary<IdentityKey, bool>());
        foreach (var fact in FactOrder.Sort(state.Facts.Values, settings.SystemOfRecord))
        {
            if (records.Take(fact) && fact is ProfileChanged { About: { } record, Profile.Email: { } said })
            {
                has[record] = said == address.Id;
                had |= said == address.Id;
            }
        }

        return had && !has.Any(holder => holder.Value && !records.IsGone(holder.Key));
    }
}
