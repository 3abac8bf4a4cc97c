using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Matching;

/// <summary>A lead that an event is about.</summary>
/// <param name="Keys">The event's keys of this person; none when only its deal led here.</param>
internal sealed record MatchedLead(LeadId LeadId, IReadOnlyList<IdentityKey> Keys)
{
    /// <summary>Gets the keys that belonged to another lead before.</summary>
    public IReadOnlyList<IdentityKey> TakenOver { get; init; } = [];

    /// <summary>Gets what is stored with the first facts of a new lead; null for a known one.</summary>
    public LeadOpening? Opening { get; init; }

    /// <summary>Gets the newly linked records, whose activities may have arrived earlier. A new lead's records
    /// are in its opening instead.</summary>
    public IReadOnlyList<IdentityKey> Met { get; init; } = [];

    /// <summary>Gets the facts of activities that arrived before the person.</summary>
    public IReadOnlyList<Fact> Earlier { get; init; } = [];
}

/// <summary>The leads of an event.</summary>
/// <param name="Leads">The leads; none when unknown.</param>
/// <param name="Earlier">The facts of the event's deal that arrived before its people.</param>
internal sealed record LeadMatch(IReadOnlyList<MatchedLead> Leads, IReadOnlyList<Fact> Earlier)
{
    /// <summary>Gets the question that a person must answer first; null for none.</summary>
    public Review? Question { get; init; }

    /// <summary>Gets the event's addresses that several people read. They matched nobody.</summary>
    public IReadOnlyList<IdentityKey> Shared { get; init; } = [];

    /// <summary>Gets a value indicating whether the event names an erased person.</summary>
    public bool Erased { get; init; }
}
