using System.Collections.Immutable;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>An event of a deal, or of a person's place on it.</summary>
public abstract record DealEvent : LeadEvent
{
    private protected DealEvent(EventHeader header) : base(header) { }

    /// <summary>Gets the deal's id.</summary>
    public required string DealId { get; init; }
}

/// <summary>An event that may have the state of a deal.</summary>
public abstract record DealStateEvent : DealEvent, IStageEvent
{
    private protected DealStateEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public string? FromStageRaw { get; init; }

    /// <inheritdoc/>
    public string? ToStageRaw { get; init; }

    /// <summary>Gets what the deal's stage means; null when the event does not say it, or no map knows
    /// the stage.</summary>
    public DealStageMeaning? Meaning { get; init; }

    /// <inheritdoc/>
    public FunnelStage? Stage => Meaning?.Stage;

    /// <inheritdoc/>
    public bool Unmapped => ToStageRaw is not null && Meaning is null;

    /// <summary>Gets the deal's status; null when unknown. A deal on an unmapped stage counts as open.</summary>
    public DealStatus? Status => Unmapped ? DealStatus.Open : Meaning?.Status;

    /// <summary>Gets the deal's amount in major units, as given.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code, as given.</summary>
    public string? Currency { get; init; }

    /// <summary>Gets the deal's owner as the tool names them; null when unknown.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets the day on which it was, or is to be, closed; null when unknown.</summary>
    public DateOnly? ClosedOn { get; init; }

    /// <summary>Gets why it was lost, as given; null when unknown.</summary>
    public string? LostReason { get; init; }

    /// <summary>Gets the properties of the deal that the tool cleared.</summary>
    public ImmutableArray<DealProperty> Cleared { get; init; } = [];
}

/// <summary>A deal was created, or its state changed.</summary>
public sealed record DealChangedEvent : DealStateEvent
{
    public DealChangedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => Status switch
    {
        DealStatus.Won => SourceEventKind.DealWon,
        DealStatus.Lost => SourceEventKind.DealLost,
        _ when IsNew => SourceEventKind.DealCreated,
        _ when ToStageRaw is not null => SourceEventKind.DealStageChanged,
        _ => SourceEventKind.DealUpdated,
    };

    /// <summary>Gets a value indicating whether the deal was created.</summary>
    public bool IsNew { get; init; }

    /// <summary>Gets a value indicating whether somebody in the CRM works on the deal's leads.</summary>
    public bool ShowsWork { get; init; }

    /// <summary>Gets a value indicating whether the deal must be read first, even when its people are known.</summary>
    public bool AsksRecord { get; init; }
}

/// <summary>A deal was deleted.</summary>
public sealed record DealDeletedEvent : DealEvent
{
    public DealDeletedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.DealDeleted;
}

/// <summary>A person joined a deal, whose present state may be in the event.</summary>
public sealed record AssociationAddedEvent : DealStateEvent
{
    public AssociationAddedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.AssociationChanged;

    /// <summary>Gets the id of the record that puts the person on the deal, when the tool has one that may pass to
    /// another person; null for others. The event's dedupe key has it.</summary>
    public string? RelationId { get; init; }
}

/// <summary>A person left a deal.</summary>
public sealed record AssociationRemovedEvent : DealEvent
{
    public AssociationRemovedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.AssociationChanged;

    /// <summary>Gets the id of the record that puts the person on the deal, when the tool has one that may pass to
    /// another person; null for others. The event's dedupe key has it.</summary>
    public string? RelationId { get; init; }
}

/// <summary>The record that puts a person on a deal changed. The event names neither; both are read by the
/// record's id.</summary>
public sealed record RelationChangedEvent : LeadEvent
{
    public RelationChangedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.AssociationChanged;

    /// <summary>Gets the id of the record.</summary>
    public required string RelationId { get; init; }

    /// <summary>Gets a value indicating whether the record was deleted.</summary>
    public bool Removed { get; init; }
}
