namespace IntegrationHub.Funnel;

/// <summary>The default teams. A team is its name in lower case; settings may name others.</summary>
public static class Team
{
    /// <summary>Owns Awareness, Interest and Referral by default.</summary>
    public const string Marketing = "marketing";

    /// <summary>Owns Evaluation, Commitment and Repeat by default.</summary>
    public const string Sales = "sales";
}
