using System.Collections.Immutable;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Generic;

/// <summary>What an item of a tool means.</summary>
internal enum GenericKind
{
    /// <summary>A person's record was created.</summary>
    Created,

    /// <summary>A person's record changed.</summary>
    Updated,

    /// <summary>A person's record has a stage.</summary>
    Stage,

    /// <summary>The person's address changed.</summary>
    EmailChanged,

    /// <summary>The person's consent, which <c>ConsentMap</c> reads.</summary>
    Consent,

    /// <summary>The person agreed to mail.</summary>
    Subscribed,

    /// <summary>The person opted out.</summary>
    Unsubscribed,

    /// <summary>Mail to the person bounces permanently.</summary>
    Bounced,

    /// <summary>The person complained about mail.</summary>
    Complained,

    /// <summary>The person visited a page.</summary>
    Visit,

    /// <summary>The person sent a form.</summary>
    Form,

    /// <summary>The person opened a mail.</summary>
    Open,

    /// <summary>The person followed a link.</summary>
    Click,

    /// <summary>Another conversion, such as attended or downloaded.</summary>
    Conversion,

    /// <summary>An activity of another sort, such as a call.</summary>
    Activity,

    /// <summary>Records were merged into the person's.</summary>
    Merged,

    /// <summary>The person's record was deleted.</summary>
    Deleted,

    /// <summary>The person asked to be erased.</summary>
    PrivacyDeleted,

    /// <summary>A deal was created.</summary>
    DealCreated,

    /// <summary>A deal's state.</summary>
    Deal,

    /// <summary>A deal was deleted.</summary>
    DealDeleted,

    /// <summary>A person joined a deal.</summary>
    Joined,

    /// <summary>A person left a deal.</summary>
    Left,

    /// <summary>Nothing for the hub. It is not counted as missed.</summary>
    Ignored,
}

/// <summary>What a rule takes from an item.</summary>
internal enum GenericField
{
    PersonId,
    Email,
    FurtherEmails,
    FirstName,
    LastName,
    Name,
    Company,
    JobTitle,
    Phone,
    Region,
    Segment,
    Score,
    Stage,
    FromStage,
    Consent,
    PreviousEmail,
    MergedIds,
    DealId,
    DealStatus,
    Amount,
    Currency,
    Owner,
    ClosedOn,
    LostReason,
    Campaign,
    Detail,
    OccurredAt,
}

/// <summary>A rule: which items it is for, what they mean, and where their values stand. Section <c>Rules:{n}</c>.</summary>
internal sealed record GenericRule
{
    /// <summary>Gets the rule's name in the settings.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the conditions. All have to hold.</summary>
    public required ImmutableArray<Condition> When { get; init; }

    public required GenericKind Kind { get; init; }

    /// <summary>Gets a value indicating whether the rules after this one are tried as well.</summary>
    public required bool Continue { get; init; }

    /// <summary>Gets the side that the tool speaks for.</summary>
    public required ToolSide Side { get; init; }

    /// <summary>Gets the funnel stage of an event without a stage of the tool; null for the kind's own.</summary>
    public FunnelStage? Means { get; init; }

    /// <summary>Gets a value indicating whether the event counts only for a known person.</summary>
    public required bool OnlyIfKnown { get; init; }

    /// <summary>Gets what the item lacks, for people to read.</summary>
    public required ImmutableArray<string> Lacks { get; init; }

    /// <summary>Gets the places of the values.</summary>
    public required ImmutableDictionary<GenericField, Place> Fields { get; init; }

    /// <summary>Gets the places of the ids that people read, by name.</summary>
    public required ImmutableSortedDictionary<string, Place> Ids { get; init; }

    /// <summary>Gets the text that two deliveries of one event have in common.</summary>
    public required Template<Place> Dedupe { get; init; }

    /// <summary>Gets a value indicating whether the kind is about a deal.</summary>
    public bool IsOfDeal => Kind is GenericKind.DealCreated or GenericKind.Deal or GenericKind.DealDeleted
        or GenericKind.Joined or GenericKind.Left;
}
