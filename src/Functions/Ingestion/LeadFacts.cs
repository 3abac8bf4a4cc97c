using System.Collections.Concurrent;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>A delivery's facts, by lead. Its events add to it concurrently.</summary>
internal sealed class LeadFacts
{
    private readonly ConcurrentDictionary<LeadId, Said> _byLead = new();

    /// <summary>Gets the leads with facts.</summary>
    public IReadOnlyCollection<LeadId> Leads => [.. _byLead.Keys];

    /// <summary>Adds facts of a lead.</summary>
    /// <param name="opening">What is stored with the first facts of a new lead; null for a known one.</param>
    public void Add(LeadId leadId, IEnumerable<Fact> facts, LeadOpening? opening = null)
    {
        var said = _byLead.GetOrAdd(leadId, _ => new());
        lock (said)
        {
            said.Facts.AddRange(facts);
            said.Opening = LeadOpening.Join(said.Opening, opening);
        }
    }

    /// <summary>Returns the facts of a lead, and what is stored with them for a new lead. The list is not a copy, so
    /// nothing may be added afterwards.</summary>
    public (IReadOnlyList<Fact> Facts, LeadOpening? Opening) Of(LeadId leadId) =>
        (_byLead[leadId].Facts, _byLead[leadId].Opening);

    private sealed class Said
    {
        public List<Fact> Facts { get; } = [];

        public LeadOpening? Opening { get; set; }
    }
}
