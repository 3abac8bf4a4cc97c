namespace IntegrationHub.Funnel;

/// <summary>The teams every hub has. Further teams (public relations, say) are configuration: a team is its name in lower case.</summary>
public static class Team
{
    /// <summary>Owns Awareness, Interest and Referral unless configured otherwise.</summary>
    public const string Marketing = "marketing";

    /// <summary>Owns Evaluation, Commitment and Repeat unless configured otherwise.</summary>
    public const string Sales = "sales";
}
