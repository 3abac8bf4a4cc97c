namespace IntegrationHub.Funnel;

/// <summary>
/// The six stages of the shared funnel, in order. Names shown to people are configuration (<see cref="StageSettings.Name"/>);
/// the stages and their order are not. A lead may go back, and round again.
/// </summary>
public enum FunnelStage
{
    /// <summary>Knows us: a subscriber, or somebody a campaign has reached.</summary>
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
