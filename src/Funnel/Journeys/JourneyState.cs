using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>All the hub knows of one lead: what the tools said, and what the hub did about it.</summary>
/// <param name="LeadId">Whose.</param>
/// <param name="Facts">What the tools said, by dedupe key.</param>
/// <param name="Ledger">What the hub did.</param>
public sealed record JourneyState(LeadId LeadId, ImmutableDictionary<string, Fact> Facts, JourneyLedger Ledger)
{
    /// <summary>A lead of which nothing is known.</summary>
    public static JourneyState New(LeadId leadId) => new(leadId, ImmutableDictionary<string, Fact>.Empty, JourneyLedger.Empty);

    /// <summary>Returns the state with one handoff changed. Unchanged when the lead has no such handoff.</summary>
    public JourneyState WithHandoff(string handoffId, Func<Handoff, Handoff> change) =>
        this with { Ledger = Ledger with { Handoffs = [.. Ledger.Handoffs.Select(handoff => handoff.Id == handoffId ? change(handoff) : handoff)] } };
}
