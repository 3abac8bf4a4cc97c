namespace IntegrationHub.Funnel;

/// <summary>Says which campaigns a lead met, and through which channel. Pure.</summary>
public static class CampaignRules
{
    /// <summary>Returns the touches that count, in the order of the facts, with those that a sum keeps.</summary>
    internal static IEnumerable<CampaignTouched> TouchesOf(Fact[] ordered)
    {
        var withdrawn = Withdrawn(ordered);
        return SummingRules.Individually(ordered).OfType<CampaignTouched>().Where(touch => !IsWithdrawn(touch, withdrawn));
    }

    /// <summary>Returns the touches that a tool took back.</summary>
    internal static HashSet<(string Connector, string TouchId)> Withdrawn(Fact[] ordered) =>
        [.. ordered.SelectMany(WithdrawnBy).Select(touch => (touch.Connector, touch.TouchId))];

    /// <summary>Returns the touches that a fact takes back.</summary>
    internal static IEnumerable<SummedWithdrawal> WithdrawnBy(Fact fact) => fact switch
    {
        TouchWithdrawn withdrawn => [new(fact.Connector, withdrawn.TouchId)],
        FactsSummed sum => sum.Withdrawn,
        _ => [],
    };

    /// <summary>Whether a fact is a touch that was taken back.</summary>
    internal static bool IsWithdrawn(Fact fact, HashSet<(string Connector, string TouchId)> withdrawn) =>
        withdrawn.Count > 0 && fact is CampaignTouched { TouchId: { } id } && withdrawn.Contains((fact.Connector, id));

    /// <summary>Returns the channel of a touch: of the configured campaign, else of the tool's own campaign. Otherwise
    /// pages, forms, mails and links are digital, and another conversion has none.</summary>
    public static CampaignChannel? ChannelOf(CampaignTouched touch, FunnelSettings settings) =>
        settings.Campaigns.FirstOrDefault(campaign => TextPattern.Matches(campaign.Name, touch.Campaign))?.Channel
        ?? touch.Known?.Channel
        ?? (touch.Touch == TouchKind.Conversion ? null : CampaignChannel.Digital);
}
