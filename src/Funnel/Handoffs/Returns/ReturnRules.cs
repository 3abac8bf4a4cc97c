namespace IntegrationHub.Funnel;

/// <summary>Attributes returns to campaigns and counts them. Pure.</summary>
public static class ReturnRules
{
    private const int LongestReason = 200;

    /// <summary>Returns the return that ended a handoff; null for none.</summary>
    public static LeadReturn? Of(JourneyState state, string handoffId, FunnelSettings settings)
    {
        if (state.Ledger.Handoffs.FirstOrDefault(handoff => handoff.Id == handoffId) is not { ReturnedReason: { } reason } handoff
            || FactOrder.Sort(SummingRules.Individually(state.Facts.Values), settings.SystemOfRecord)
                .OfType<HandoffReturned>()
                .FirstOrDefault(fact => fact.OccurredAt >= handoff.EnteredAt && fact.Reason == reason) is not { } returned)
        {
            return null;
        }

        var touch = CampaignRules.TouchesOf(FactOrder.Sort(state.Facts.Values, settings.SystemOfRecord))
            .LastOrDefault(touch => !string.IsNullOrWhiteSpace(touch.Campaign) && touch.OccurredAt <= handoff.EnteredAt);
        return new()
        {
            Key = returned.DedupeKey,
            HandoffId = handoff.Id,
            LeadId = state.LeadId,
            At = returned.OccurredAt.ToUniversalTime(),
            Campaign = touch?.Campaign?.Trim(),
            Connector = touch?.Connector,
            Channel = touch is null ? null : CampaignRules.ChannelOf(touch, settings),
            Stage = handoff.Stage,
            Reason = OneLine.Of(reason, LongestReason) ?? reason,
        };
    }

    /// <summary>Counts returns by campaign, connector, channel, stage and reason, most frequent first.</summary>
    public static IReadOnlyList<ReturnCount> Count(IEnumerable<LeadReturn> returns) =>
    [
        .. returns
            .DistinctBy(returned => returned.Key)
            .GroupBy(returned => (returned.Campaign, returned.Connector, returned.Channel, returned.Stage, returned.Reason))
            .Select(same =>
                new ReturnCount(same.Key.Campaign, same.Key.Connector, same.Key.Channel, same.Key.Stage, same.Key.Reason, same.Count()))
            .OrderByDescending(row => row.Count)
            .ThenBy(row => row.Campaign, StringComparer.Ordinal)
            .ThenBy(row => row.Connector, StringComparer.Ordinal)
            .ThenBy(row => row.Channel)
            .ThenBy(row => row.Stage)
            .ThenBy(row => row.Reason, StringComparer.Ordinal),
    ];
}
