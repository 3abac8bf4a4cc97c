using System.Collections.Immutable;
using Azure;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A lead as it stands in the table, or as this process last left it there.</summary>
/// <param name="State">What is known.</param>
/// <param name="ETag">The version of the journey row; null for a lead that is not stored yet.</param>
/// <param name="Unpublished">Events in the outbox that are not known to be on the bus, oldest first.</param>
public sealed record JourneyRecord(JourneyState State, ETag? ETag, IReadOnlyList<FunnelEvent> Unpublished)
{
    /// <summary>Gets how many times the lead has been saved. Each save adds one, whichever process makes it.</summary>
    public int Revision { get; init; }

    /// <summary>Gets the facts that lie in the rows which continue the journey row, as they lie there.</summary>
    internal ImmutableDictionary<string, Fact> Archived { get; init; } = ImmutableDictionary<string, Fact>.Empty;

    /// <summary>Gets the number of those rows.</summary>
    internal int Pages { get; init; }

    /// <summary>
    /// Gets the number of those rows with the ones that a save has left which was too long for one transaction and
    /// did not come to its end. Nobody reads these; the next save removes them.
    /// </summary>
    internal int Staged { get; init; }

    /// <summary>Gets the length of the JSON in those rows, in bytes.</summary>
    internal int ArchivedBytes { get; init; }

    /// <summary>Gets the length of the JSON in the journey row, in bytes.</summary>
    internal int HeadBytes { get; init; }

    /// <summary>A lead of which nothing is stored.</summary>
    public static JourneyRecord New(LeadId leadId) => new(JourneyState.New(leadId), null, []);
}
