namespace IntegrationHub.Funnel;

public enum CampaignChannel
{
    /// <summary>Public relations.</summary>
    Pr,

    /// <summary>Paid advertising.</summary>
    Paid,

    /// <summary>Own web, mail and social media.</summary>
    Digital,

    Promotions,

    Philanthropy,
}

/// <summary>The channel of the campaigns with a name. Section <c>Campaigns:{n}</c>.</summary>
/// <param name="Name">The name in the tools, ignoring case; a trailing <c>*</c> matches any ending.</param>
public sealed record CampaignSettings(string Name, CampaignChannel Channel);
