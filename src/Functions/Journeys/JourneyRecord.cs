using System.Collections.Immutable;
using Azure;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>A stored lead, as this process last read or saved it.</summary>
/// <param name="ETag">The version of the journey row; null for a new lead.</param>
/// <param name="Unpublished">The outbox: events not known to be on the bus, oldest first.</param>
internal sealed record JourneyRecord(JourneyState State, ETag? ETag, IReadOnlyList<FunnelEvent> Unpublished)
{
    /// <summary>Gets the number of saves, over all processes.</summary>
    public int Revision { get; init; }

    /// <summary>Gets the stored facts in the rows that continue the journey row.</summary>
    internal ImmutableDictionary<string, Fact> Archived { get; init; } = ImmutableDictionary<string, Fact>.Empty;

    /// <summary>Gets the number of the first of those rows.</summary>
    internal int FirstPage { get; init; }

    /// <summary>Gets how many of those rows there are.</summary>
    internal int Pages { get; init; }

    /// <summary>Gets the number after the last of those rows.</summary>
    internal int EndPage => FirstPage + Pages;

    /// <summary>Gets the number after the last of those rows including leftovers of an interrupted long save. Nobody reads
    /// these; the next save removes them.</summary>
    internal int Staged { get; init; }

    /// <summary>Gets the length of those rows' JSON in bytes.</summary>
    internal int ArchivedBytes { get; init; }

    /// <summary>Gets the length of the journey row's JSON in bytes.</summary>
    internal int HeadBytes { get; init; }

    /// <summary>Returns the record of an unknown lead.</summary>
    public static JourneyRecord New(LeadId leadId) => new(JourneyState.New(leadId), null, []);
}
