namespace IntegrationHub.Funnel;

/// <summary>The six stages of the funnel, in order. Their names are settings (<see cref="StageSettings.Name"/>). A lead
/// may move back, and repeat the round.</summary>
public enum FunnelStage
{
    /// <summary>Knows us: a subscriber, or somebody a campaign reached.</summary>
    Awareness,

    /// <summary>Has shown interest: a lead, a marketing-qualified lead.</summary>
    Interest,

    /// <summary>Weighs an offer with sales: a sales-qualified lead, an open opportunity.</summary>
    Evaluation,

    /// <summary>Has committed: contract out, deal won, customer.</summary>
    Commitment,

    /// <summary>Speaks for us: an advocate, a promoter, an evangelist.</summary>
    Referral,

    /// <summary>Bought again: a second won deal.</summary>
    Repeat,
}
