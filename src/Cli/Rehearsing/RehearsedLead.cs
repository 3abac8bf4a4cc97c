using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Rehearsing;

/// <summary>A lead in the memory of a rehearsal.</summary>
internal sealed class RehearsedLead(LeadId id)
{
    /// <summary>Gets the id: the first key's, as in the hub.</summary>
    public LeadId Id { get; } = id;

    /// <summary>Gets the person's records, by which tools tell two persons apart.</summary>
    public HashSet<IdentityKey> Records { get; } = [];

    /// <summary>Gets or sets what is known.</summary>
    public JourneyState State { get; set; } = JourneyState.New(id);

    /// <summary>Gets or sets the fold of it; null before the first fact.</summary>
    public Journey? Journey { get; set; }

    /// <summary>Gets or sets when its limits are next looked at; null for never.</summary>
    public DateTimeOffset? NextDue { get; set; }

    /// <summary>Gets or sets the lead that it was merged into; null for none.</summary>
    public RehearsedLead? MergedInto { get; set; }

    /// <summary>Gets the last value that was wished in a record, so that a repeated wish is not a write.</summary>
    public Dictionary<(IdentityKey Record, PersonProperty Property), string> Wished { get; } = [];

    /// <summary>Gets the number of handoffs.</summary>
    public int Handoffs { get; set; }

    /// <summary>Gets the number of alerts.</summary>
    public int Alerts { get; set; }

    /// <summary>Gets the number of writes.</summary>
    public int Writes { get; set; }

    /// <summary>Returns the lead that stands for it now.</summary>
    public RehearsedLead Present => MergedInto is null ? this : MergedInto.Present;
}
