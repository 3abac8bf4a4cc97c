namespace IntegrationHub.Funnel;

/// <summary>The ways by which a campaign reaches people.</summary>
public enum CampaignChannel
{
    /// <summary>Public relations.</summary>
    Pr,

    /// <summary>Paid advertising.</summary>
    Paid,

    /// <summary>Web, mail and social media of one's own.</summary>
    Digital,

    /// <summary>Promotions.</summary>
    Promotions,

    /// <summary>Philanthropy.</summary>
    Philanthropy,
}

/// <summary>What is known of campaigns of a name. Section <c>Campaigns:{n}</c>.</summary>
/// <param name="Name">The name, as tools give it; ignores case, and what ends in <c>*</c> is a beginning.</param>
/// <param name="Channel">How it reaches people.</param>
public sealed record CampaignSettings(string Name, CampaignChannel Channel);
