using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Everything the hub knows of a lead: the tools' facts and the hub's own actions.</summary>
/// <param name="Facts">The facts by dedupe key.</param>
public sealed record JourneyState(LeadId LeadId, ImmutableDictionary<string, Fact> Facts, JourneyLedger Ledger)
{
    /// <summary>Returns the state of an unknown lead.</summary>
    public static JourneyState New(LeadId leadId) => new(leadId, ImmutableDictionary<string, Fact>.Empty, JourneyLedger.Empty);

    /// <summary>Returns the state with one handoff changed. A no-op when the lead has no such handoff.</summary>
    public JourneyState WithHandoff(string handoffId, Func<Handoff, Handoff> change) =>
        this with
        {
            Ledger = Ledger with { Handoffs = [.. Ledger.Handoffs.Select(handoff => handoff.Id == handoffId ? change(handoff) : handoff)] },
        };
}
