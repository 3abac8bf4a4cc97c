using System.Collections.Immutable;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>An event of one person's record.</summary>
public abstract record PersonEvent : LeadEvent
{
    private protected PersonEvent(EventHeader header) : base(header) { }

    /// <summary>Gets further canonical addresses of the person, equal to the first.</summary>
    public ImmutableArray<string> FurtherEmails { get; init; } = [];

    /// <summary>Gets the profile in the event; null for none.</summary>
    public LeadProfile? Profile { get; init; }

    /// <summary>Gets a value indicating whether the event holds only part of the person's record, which is
    /// read at first meeting.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Gets a value indicating whether the tool showed the record at
    /// <see cref="EventHeader.OccurredAt"/>, which then exists.</summary>
    public bool ShowsRecord { get; init; }

    /// <summary>Gets a value indicating whether the tool restored a deleted record.</summary>
    public bool Restored { get; init; }
}

/// <summary>A person's record was created, perhaps with a stage.</summary>
public sealed record ContactCreatedEvent : PersonEvent, IStageEvent
{
    public ContactCreatedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.ContactCreated;

    /// <inheritdoc/>
    public string? ToStageRaw { get; init; }

    /// <inheritdoc/>
    public FunnelStage? Stage { get; init; }

    /// <inheritdoc/>
    public bool Unmapped => ToStageRaw is not null && Stage is null;

    string? IStageEvent.FromStageRaw => null;
}

/// <summary>A person's record changed, except its stage.</summary>
public sealed record ContactUpdatedEvent : PersonEvent
{
    public ContactUpdatedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.ContactUpdated;

    /// <summary>Gets a value indicating whether the tool cleared the score.</summary>
    public bool ScoreCleared { get; init; }

    /// <summary>Gets the activity that was booked, moved, done or cancelled; null for none.</summary>
    public Booking? Booking { get; init; }

    /// <summary>Gets the record's owner as the tool names them; null when unknown.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets a value indicating whether somebody in the CRM works on the lead: status
    /// moved, owner set, task done.</summary>
    public bool ShowsWork { get; init; }

    /// <summary>Gets a value indicating whether the hub wrote the record last, so its content may be older.</summary>
    public bool HubWroteLast { get; init; }
}

/// <summary>The person's record moved to another stage.</summary>
public sealed record StageChangedEvent : PersonEvent, IStageEvent
{
    public StageChangedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.StageChanged;

    /// <inheritdoc/>
    public string? FromStageRaw { get; init; }

    /// <summary>Gets the new stage in the vendor's form.</summary>
    public required string ToStageRaw { get; init; }

    /// <summary>Gets the funnel stage mapped from <see cref="ToStageRaw"/>; null when no map knows it.</summary>
    public FunnelStage? Stage { get; init; }

    /// <inheritdoc/>
    public bool Unmapped => Stage is null;

    /// <summary>Gets the record's owner as the tool names them; null when unknown.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets a value indicating whether somebody in the CRM works on the lead: status
    /// moved, owner set, task done.</summary>
    public bool ShowsWork { get; init; }

    /// <summary>Gets a value indicating whether the hub wrote the record last, so its content may be older.</summary>
    public bool HubWroteLast { get; init; }
}

/// <summary>The person's record moved to a status by which a salesperson gives the lead back.</summary>
public sealed record HandoffReturnedEvent : PersonEvent, IStageEvent
{
    public HandoffReturnedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.StageChanged;

    /// <inheritdoc/>
    public string? FromStageRaw { get; init; }

    /// <summary>Gets the status in the vendor's form.</summary>
    public required string ToStageRaw { get; init; }

    /// <summary>Gets the reason of the return; null for none.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets a value indicating whether the hub wrote the record last, so its content may be older.</summary>
    public bool HubWroteLast { get; init; }

    /// <summary>Gets a value indicating whether the lead was given back without a reason,
    /// which has no effect yet.</summary>
    public bool IsHeld => Reason is null && !HubWroteLast;

    FunnelStage? IStageEvent.Stage => null;

    bool IStageEvent.Unmapped => false;
}

/// <summary>The person's address changed.</summary>
public sealed record EmailChangedEvent : PersonEvent
{
    public EmailChangedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.EmailChanged;

    /// <summary>Gets the person's previous address; null when unknown.</summary>
    public string? PreviousEmail { get; init; }
}

/// <summary>What a person or their mailbox says about mail.</summary>
public enum MailConsent
{
    /// <summary>The person agreed to mail.</summary>
    Subscribed,

    /// <summary>The person opted out.</summary>
    Unsubscribed,

    /// <summary>Mail to the person bounces permanently.</summary>
    Bounced,

    /// <summary>The person complained about mail.</summary>
    Complained,
}

/// <summary>The person's consent to mail changed.</summary>
public sealed record ConsentChangedEvent : PersonEvent
{
    public ConsentChangedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => Consent switch
    {
        MailConsent.Subscribed => SourceEventKind.ConsentSubscribed,
        MailConsent.Unsubscribed => SourceEventKind.ConsentUnsubscribed,
        MailConsent.Bounced => SourceEventKind.ConsentBounced,
        MailConsent.Complained => SourceEventKind.ConsentComplained,
        _ => throw new InvalidOperationException($"Unknown consent {Consent}."),
    };

    public required MailConsent Consent { get; init; }

    /// <summary>Gets the stage of a person whom this makes known; null for none. It is shown only.</summary>
    public FunnelStage? Stage { get; init; }
}

/// <summary>The person met a campaign, or somebody in the CRM met the person.</summary>
public sealed record ActivityEvent : PersonEvent
{
    public ActivityEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.Activity;

    /// <summary>Gets the contact with a campaign; null for an activity of another sort.</summary>
    public TouchKind? Touch { get; init; }

    /// <summary>Gets the campaign's name or id; null for none.</summary>
    public string? Campaign { get; init; }

    /// <summary>Gets what else the tool says about the campaign; null for nothing.</summary>
    public ToolCampaign? Known { get; init; }

    /// <summary>Gets the tool's own record of the touch, which may be withdrawn; null for none.</summary>
    public string? TouchId { get; init; }

    /// <summary>Gets the questions in the activity's text, as given (<see cref="QuestionText"/>).</summary>
    public ImmutableArray<AskedQuestion> Questions { get; init; } = [];

    /// <summary>Gets a value indicating whether the record must be read first, even for a known person.</summary>
    public bool AsksRecord { get; init; }

    /// <summary>Gets what was seen or answered, in a few words; null for none.</summary>
    public string? Detail { get; init; }

    /// <summary>Gets the funnel stage that the activity stands for; null for none. It is shown only.</summary>
    public FunnelStage? Stage { get; init; }

    /// <summary>Gets the activity that was booked, moved, done or cancelled; null for none.</summary>
    public Booking? Booking { get; init; }

    /// <summary>Gets the record's owner as the tool names them; null when unknown.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets a value indicating whether somebody in the CRM works on the lead: status
    /// moved, owner set, task done.</summary>
    public bool ShowsWork { get; init; }
}

/// <summary>The tool took back that the person met a campaign.</summary>
public sealed record TouchWithdrawnEvent : PersonEvent
{
    public TouchWithdrawnEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.Activity;

    /// <summary>Gets the tool's own record of the touch.</summary>
    public required string TouchId { get; init; }
}

/// <summary>Records of the person were merged into the first of <see cref="EventHeader.People"/>.</summary>
public sealed record ContactMergedEvent : PersonEvent
{
    public ContactMergedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.ContactMerged;

    /// <summary>Gets the records that are gone.</summary>
    public required ImmutableArray<IdentityKey> Merged { get; init; }
}

/// <summary>The person's record was deleted.</summary>
public sealed record ContactDeletedEvent : PersonEvent
{
    public ContactDeletedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.ContactDeleted;

    /// <summary>Gets a value indicating whether the record must be read first, even for a known person.</summary>
    public bool AsksRecord { get; init; }
}

/// <summary>The person asked to be erased.</summary>
public sealed record PrivacyDeletedEvent : PersonEvent
{
    public PrivacyDeletedEvent(EventHeader header) : base(header) { }

    /// <inheritdoc/>
    public override SourceEventKind Kind => SourceEventKind.ContactPrivacyDeleted;
}
