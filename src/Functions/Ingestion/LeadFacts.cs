using System.Collections.Concurrent;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>What a delivery says, by lead. Events of a delivery add to it side by side.</summary>
public sealed class LeadFacts
{
    private readonly ConcurrentDictionary<LeadId, Said> _byLead = new();

    /// <summary>Gets the leads that something is said of.</summary>
    public IReadOnlyCollection<LeadId> Leads => [.. _byLead.Keys];

    /// <summary>Adds facts of a lead.</summary>
    /// <param name="leadId">The lead.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="opening">What is stored with the first facts of a new lead; null for a known one.</param>
    public void Add(LeadId leadId, IEnumerable<Fact> facts, LeadOpening? opening = null)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var said = _byLead.GetOrAdd(leadId, _ => new());
        lock (said)
        {
            said.Facts.AddRange(facts);
            said.Opening = LeadOpening.Join(said.Opening, opening);
        }
    }

    /// <summary>The facts of a lead, and what is stored with them where the lead is new. Nothing is added any more.</summary>
    public (IReadOnlyList<Fact> Facts, LeadOpening? Opening) Of(LeadId leadId) => (_byLead[leadId].Facts, _byLead[leadId].Opening);

    private sealed class Said
    {
        public List<Fact> Facts { get; } = [];

        public LeadOpening? Opening { get; set; }
    }
}
