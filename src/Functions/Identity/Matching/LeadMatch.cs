using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Matching;

/// <summary>One of the leads an event is about.</summary>
/// <param name="LeadId">The lead.</param>
/// <param name="Keys">The keys the event names this person by; none where only its deal led here.</param>
public sealed record MatchedLead(LeadId LeadId, IReadOnlyList<IdentityKey> Keys)
{
    /// <summary>Gets those of the keys that were another lead's until now.</summary>
    public IReadOnlyList<IdentityKey> TakenOver { get; init; } = [];

    /// <summary>Gets what is stored with the first facts of a lead that was met just now; null for a known one.</summary>
    public LeadOpening? Opening { get; init; }

    /// <summary>Gets the records that were met just now and whose activities may have come before them. Those of a new lead are met with its first facts.</summary>
    public IReadOnlyList<IdentityKey> Met { get; init; } = [];

    /// <summary>Gets facts of activities that came before this person was known.</summary>
    public IReadOnlyList<Fact> Earlier { get; init; } = [];
}

/// <summary>Whose an event is.</summary>
/// <param name="Leads">The leads; none when nobody can be told.</param>
/// <param name="Earlier">Facts of the event's deal that came before its people were known.</param>
public sealed record LeadMatch(IReadOnlyList<MatchedLead> Leads, IReadOnlyList<Fact> Earlier)
{
    /// <summary>Gets the question that a person has to answer first; null where the hub can tell by itself.</summary>
    public Review? Question { get; init; }

    /// <summary>Gets a value indicating whether the event names a person who was erased.</summary>
    public bool Erased { get; init; }
}
