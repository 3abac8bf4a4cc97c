namespace IntegrationHub.Funnel;

/// <summary>What becomes of a lead by age.</summary>
public enum LeadAge
{
    /// <summary>It stays.</summary>
    Young,

    /// <summary>It is old, and stays because its last handoff is open.</summary>
    Unsettled,

    /// <summary>It leaves.</summary>
    Old,
}

/// <summary>Decides which leads leave by age. Pure.</summary>
public static class RetentionRules
{
    /// <summary>Judges a lead by its last fact.</summary>
    /// <param name="before">A lead whose last fact was received then or earlier is old.</param>
    public static LeadAge Judge(JourneyState state, DateTimeOffset before) =>
        state.Facts.IsEmpty || state.Ledger.ErasedAt is not null ? LeadAge.Young
        : state.Facts.Values.Max(fact => fact.ReceivedAt) > before ? LeadAge.Young
        : state.Ledger.Handoffs.LastOrDefault() is { } last && IsOpen(last) ? LeadAge.Unsettled
        : LeadAge.Old;

    /// <summary>Whether nobody accepted a handoff or gave it back, and no tool has settled it otherwise.</summary>
    private static bool IsOpen(Handoff handoff) =>
        handoff is { AcceptedAt: null, ReturnedReason: null }
            && handoff.Delivery is HandoffDelivery.Pending or HandoffDelivery.Delivered or HandoffDelivery.Failed;
}
