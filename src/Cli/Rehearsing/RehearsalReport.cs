using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Rehearsing;

/// <summary>What a hub in memory counted beside its leads.</summary>
internal sealed class RehearsalCounts
{
    /// <summary>Gets or sets the deliveries of connectors that the configuration does not have.</summary>
    public int Unknown { get; set; }

    /// <summary>Gets or sets the deliveries and events that cannot be read.</summary>
    public int Unreadable { get; set; }

    /// <summary>Gets or sets the events that lack what a tool would be asked for.</summary>
    public int Unanswered { get; set; }

    /// <summary>Gets or sets how often a person would be asked whether two leads are one.</summary>
    public int Questions { get; set; }

    /// <summary>Gets or sets the leads given back.</summary>
    public int Returns { get; set; }

    /// <summary>Gets the values written, by connector.</summary>
    public SortedDictionary<string, int> WritesTo { get; } = new(StringComparer.Ordinal);
}

/// <summary>A number under the present and under the proposed configuration.</summary>
internal sealed record Pair(int Present, int Proposed);

/// <summary>Where a lead stands under one configuration; null in a comparison when the configuration has no such
/// lead.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Team">The team that owns it.</param>
/// <param name="Owner">The person who got the last handoff; null for none.</param>
internal sealed record Standing(FunnelStage Stage, string Team, string? Owner);

/// <summary>A lead that stands elsewhere, or causes something else.</summary>
/// <param name="Lead">The id.</param>
/// <param name="Record">A record of it, as connector:id; null for none.</param>
internal sealed record ChangedLead(
    LeadId Lead, string? Record, Standing? Present, Standing? Proposed, Pair Handoffs, Pair Alerts, Pair Writes)
{
    /// <summary>Gets a value indicating whether stage, team or person differ.</summary>
    public bool Moves => Present != Proposed;
}

/// <summary>What a proposed configuration would change.</summary>
/// <param name="Deliveries">How many were processed.</param>
/// <param name="Leads">How many leads there are.</param>
/// <param name="Moved">How many leads change stage, team or person.</param>
/// <param name="Unmapped">Stages without a map.</param>
/// <param name="Changed">The changed leads, those that move first; at most as many as are kept.</param>
/// <param name="ChangedLeads">How many changed.</param>
internal sealed record RehearsalReport(
    int Deliveries,
    Pair Leads,
    int Moved,
    Pair Handoffs,
    Pair Returns,
    Pair Alerts,
    IReadOnlyDictionary<string, Pair> Writes,
    Pair Unmapped,
    Pair Unreadable,
    Pair UnknownConnector,
    Pair Unanswered,
    Pair Questions,
    int ChangedLeads,
    IReadOnlyList<ChangedLead> Changed);
