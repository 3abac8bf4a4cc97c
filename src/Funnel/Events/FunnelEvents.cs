using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>
/// Something that happened on the funnel, published to whoever acts on it. It names the lead and the cause and carries no personal data: whoever acts
/// loads the journey as it is by then, so a late or repeated event does no harm.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(StageChanged), "lead.stageChanged")]
[JsonDerivedType(typeof(HandoffAnnounced), "lead.handoffAnnounced")]
[JsonDerivedType(typeof(LeadReturned), "lead.handoffReturned")]
[JsonDerivedType(typeof(ConsentAnnounced), "lead.consentChanged")]
[JsonDerivedType(typeof(ProfileAnnounced), "lead.profileChanged")]
[JsonDerivedType(typeof(LeadStalled), "lead.stalled")]
[JsonDerivedType(typeof(StallResolved), "lead.stallResolved")]
public abstract record FunnelEvent
{
    /// <summary>Gets the id: made of its cause, so that a repeat has the same and the bus drops it.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the lead.</summary>
    public required LeadId LeadId { get; init; }

    /// <summary>Gets when the hub decided it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the team it concerns.</summary>
    public required string Team { get; init; }

    /// <summary>
    /// Gets the revision of the lead with which the event was saved: whoever acts on the event needs a state of at least this revision.
    /// Zero where nobody saved it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Revision { get; init; }
}

/// <summary>The lead is on another stage.</summary>
public sealed record StageChanged : FunnelEvent
{
    /// <summary>Gets the stage it came from; null for a lead that is new.</summary>
    public FunnelStage? From { get; init; }

    /// <summary>Gets the stage it is on.</summary>
    public required FunnelStage To { get; init; }

    /// <summary>Gets the connector whose word moved it, which needs no telling.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets a value indicating whether that tool is the only one to be told, so that nobody is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NoNews { get; init; }
}

/// <summary>The lead belongs to another team now.</summary>
public sealed record HandoffAnnounced : FunnelEvent
{
    /// <summary>Gets the handoff's id.</summary>
    public required string HandoffId { get; init; }
}

/// <summary>The receiving team gave the lead back; <see cref="FunnelEvent.Team"/> is the team that gets it back.</summary>
public sealed record LeadReturned : FunnelEvent
{
    /// <summary>Gets the handoff's id.</summary>
    public required string HandoffId { get; init; }
}

/// <summary>A limit was reached.</summary>
public sealed record LeadStalled : FunnelEvent
{
    /// <summary>Gets the alert's id.</summary>
    public required string AlertId { get; init; }
}

/// <summary>The person agreed to mail or withdrew: every other tool is to know before anything else.</summary>
public sealed record ConsentAnnounced : FunnelEvent;

/// <summary>What is known of the person changed: tools that keep it in step are to get it.</summary>
public sealed record ProfileAnnounced : FunnelEvent;

/// <summary>A lead that was told as stalled has moved on, or was taken up.</summary>
public sealed record StallResolved : FunnelEvent
{
    /// <summary>Gets the alert's id.</summary>
    public required string AlertId { get; init; }
}
