using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>Something that happened on the funnel, published to its handlers. It names the lead and the cause, and
/// holds no personal data. Handlers load the current journey, so late or duplicate events are harmless.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(StageChanged), "lead.stageChanged")]
[JsonDerivedType(typeof(HandoffAnnounced), "lead.handoffAnnounced")]
[JsonDerivedType(typeof(LeadReturned), "lead.handoffReturned")]
[JsonDerivedType(typeof(ConsentAnnounced), "lead.consentChanged")]
[JsonDerivedType(typeof(ProfileAnnounced), "lead.profileChanged")]
[JsonDerivedType(typeof(LeadStalled), "lead.stalled")]
[JsonDerivedType(typeof(StallResolved), "lead.stallResolved")]
[JsonDerivedType(typeof(TallyChanged), "lead.tallyChanged")]
public abstract record FunnelEvent
{
    /// <summary>Gets the id, derived from the cause, so that the bus drops duplicates.</summary>
    public required string Id { get; init; }

    public required LeadId LeadId { get; init; }

    /// <summary>Gets when the hub decided it.</summary>
    public required DateTimeOffset At { get; init; }

    public required string Team { get; init; }

    /// <summary>Gets the lead's revision at the save: handlers need a state of at least this revision.
    /// Zero when nobody saved it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Revision { get; init; }
}

public sealed record StageChanged : FunnelEvent
{
    /// <summary>Gets the previous stage; null for a new lead.</summary>
    public FunnelStage? From { get; init; }

    /// <summary>Gets the new stage.</summary>
    public required FunnelStage To { get; init; }

    /// <summary>Gets the connector that moved it, which needs no update.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets a value indicating whether that tool is the only one to be told, so that nobody is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NoNews { get; init; }
}

/// <summary>The lead was announced to another team.</summary>
public sealed record HandoffAnnounced : FunnelEvent
{
    public required string HandoffId { get; init; }
}

/// <summary>A team gave the lead back to <see cref="FunnelEvent.Team"/>.</summary>
public sealed record LeadReturned : FunnelEvent
{
    public required string HandoffId { get; init; }
}

/// <summary>A time limit was reached.</summary>
public sealed record LeadStalled : FunnelEvent
{
    public required string AlertId { get; init; }
}

/// <summary>What the lead adds to the figures changed.</summary>
public sealed record TallyChanged : FunnelEvent;

/// <summary>The person agreed to mail or withdrew. The other tools are updated before anything else.</summary>
public sealed record ConsentAnnounced : FunnelEvent;

/// <summary>An event that this build cannot read, because a newer one wrote it. It is published as it is, and no handler
/// acts on it.</summary>
public sealed record UnknownEvent : FunnelEvent
{
    /// <summary>Gets the name of its type.</summary>
    public required string Type { get; init; }

    /// <summary>Gets the whole event as it is stored.</summary>
    public required string Json { get; init; }
}

/// <summary>The profile changed. Tools that sync it are updated.</summary>
public sealed record ProfileAnnounced : FunnelEvent;

/// <summary>A stalled lead that was reported has moved on or was accepted.</summary>
public sealed record StallResolved : FunnelEvent
{
    public required string AlertId { get; init; }
}
