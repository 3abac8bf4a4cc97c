using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>
/// One thing that a tool said about a lead. A journey is a fold over the set of its facts, so facts never change and their order of arrival does not matter.
/// Stored as JSON whose <c>kind</c> names the type.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(StageClaimed), "stageClaimed")]
[JsonDerivedType(typeof(CampaignTouched), "campaignTouched")]
[JsonDerivedType(typeof(DealChanged), "dealChanged")]
[JsonDerivedType(typeof(HandoffAccepted), "handoffAccepted")]
[JsonDerivedType(typeof(HandoffReturned), "handoffReturned")]
[JsonDerivedType(typeof(ReturnHeld), "returnHeld")]
[JsonDerivedType(typeof(ActivityLogged), "activityLogged")]
[JsonDerivedType(typeof(ActivityBooked), "activityBooked")]
[JsonDerivedType(typeof(ConsentChanged), "consentChanged")]
[JsonDerivedType(typeof(ProfileChanged), "profileChanged")]
[JsonDerivedType(typeof(IdentitiesLinked), "identitiesLinked")]
[JsonDerivedType(typeof(LeadsMerged), "leadsMerged")]
[JsonDerivedType(typeof(RecordDeleted), "recordDeleted")]
[JsonDerivedType(typeof(RecordRestored), "recordRestored")]
[JsonDerivedType(typeof(PersonErased), "personErased")]
public abstract record Fact
{
    /// <summary>Gets what makes two deliveries the same fact: equal keys, one fact. Built as the vendor's facts say; unique within a lead.</summary>
    public required string DedupeKey { get; init; }

    /// <summary>Gets the name of the connector that said it.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets whose word it is.</summary>
    public required ToolSide Side { get; init; }

    /// <summary>Gets when it happened by the vendor's clock, or when we received it where the vendor gives no time. UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Gets when the hub received it. UTC. Takes no part in what the journey becomes.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Gets the vendor's own word behind the fact (a stage's raw name, an event's type), or null where there is none.</summary>
    public string? Raw { get; init; }

    /// <summary>Gets the properties whose values in it are the hub's own writes coming back: they show what the tool has now, and are no news. Default for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<PersonProperty> Echoes { get; init; }

    /// <summary>Gets the id of the message that brought it, so that "why" can name its source; null for facts the hub itself found.</summary>
    public string? MessageId { get; init; }

    /// <summary>Whether what the fact says of a property is the hub's own write coming back.</summary>
    public bool IsEchoOf(PersonProperty property) => !Echoes.IsDefaultOrEmpty && Echoes.Contains(property);

    /// <summary>Gets the person's record that it tells of; null where it tells of a deal, or names none. What is told of a record after its deletion does not count.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IdentityKey? About { get; init; }

    /// <summary>Gets a value indicating whether the tool showed the record itself when it said so: then it is there, even if it had been deleted before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ShowsRecord { get; init; }
}

/// <summary>A tool puts the lead on a stage. A null <see cref="Stage"/> is a stage name that no map knows: held and reported, never guessed.</summary>
public sealed record StageClaimed : Fact
{
    /// <summary>Gets the stage, or null where <see cref="Fact.Raw"/> has no mapping.</summary>
    public FunnelStage? Stage { get; init; }
}

/// <summary>How a person met a campaign.</summary>
public enum TouchKind
{
    /// <summary>Looked at a page: Awareness at least.</summary>
    PageVisit,

    /// <summary>Sent a form: Interest at least.</summary>
    Form,

    /// <summary>Opened a mail: Interest at least.</summary>
    Open,

    /// <summary>Followed a link: Interest at least.</summary>
    Click,

    /// <summary>Anything else the tool counts as a conversion (attended, downloaded): Interest at least.</summary>
    Conversion,
}

/// <summary>The person met a campaign. Never lowers a stage.</summary>
public sealed record CampaignTouched : Fact
{
    /// <summary>Gets how.</summary>
    public required TouchKind Touch { get; init; }

    /// <summary>Gets the campaign's name or id as the tool gives it; null where it gives none.</summary>
    public string? Campaign { get; init; }

    /// <summary>Gets what was seen, sent or answered, in a few words for a brief; null where the tool says no more.</summary>
    public string? Detail { get; init; }
}

/// <summary>Where a deal stands.</summary>
public enum DealStatus
{
    /// <summary>Still being worked on: the lead is at Evaluation at least.</summary>
    Open,

    /// <summary>Won: the first is Commitment, the second Repeat.</summary>
    Won,

    /// <summary>Lost: an outcome, not a stage.</summary>
    Lost,

    /// <summary>The record is gone: as if it had never been.</summary>
    Deleted,
}

/// <summary>A deal of the lead changed. What is null was not part of the change.</summary>
public sealed record DealChanged : Fact
{
    /// <summary>Gets the deal's id in its tool.</summary>
    public required string DealId { get; init; }

    /// <summary>Gets where it stands now; null where this change does not say. A deal nothing is said of is open.</summary>
    public DealStatus? Status { get; init; }

    /// <summary>Gets the funnel stage that the deal's own stage (<see cref="Fact.Raw"/>) maps to; null where it is not said, not mapped, or lost.</summary>
    public FunnelStage? Stage { get; init; }

    /// <summary>Gets the worth in major units of <see cref="Currency"/>, kept as given; null where it is not said.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code; null where it is not said.</summary>
    public string? Currency { get; init; }

    /// <summary>Gets the owner's id or name in the tool; null where it is not said.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets what the tool says is empty now: cleared is not unknown. Default for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<DealProperty> Cleared { get; init; }

    /// <summary>Whether the tool says that a property is empty now.</summary>
    public bool Clears(DealProperty property) => !Cleared.IsDefaultOrEmpty && Cleared.Contains(property);
}

/// <summary>What a tool can clear of a deal.</summary>
public enum DealProperty
{
    /// <summary>The worth.</summary>
    Amount,

    /// <summary>The currency of the worth.</summary>
    Currency,

    /// <summary>The owner.</summary>
    Owner,
}

/// <summary>The receiving team took the lead up: an owner set, a status moved, a task done, a deal made.</summary>
public sealed record HandoffAccepted : Fact
{
    /// <summary>Gets who works on it, as the tool names them; null where it does not.</summary>
    public string? By { get; init; }

    /// <summary>Gets a value indicating whether the hub wrote the record last: then it shows work only if its status is news.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HubWroteLast { get; init; }
}

/// <summary>The receiving team gave the lead back.</summary>
public sealed record HandoffReturned : Fact
{
    /// <summary>Gets why, in the tool's words. A return without a reason is refused where it is read.</summary>
    public required string Reason { get; init; }
}

/// <summary>The receiving team gave the lead back without saying why: nothing is given back until they do.</summary>
public sealed record ReturnHeld : Fact;

/// <summary>Somebody did something with the lead: a call, a meeting held, a note.</summary>
public sealed record ActivityLogged : Fact
{
    /// <summary>Gets what, in a few words.</summary>
    public string? Summary { get; init; }
}

/// <summary>A next activity is booked, moved or called off. While one lies ahead, the stall clock stands still.</summary>
public sealed record ActivityBooked : Fact
{
    /// <summary>Gets the activity's id in its tool, so that moving one is not a second.</summary>
    public required string ActivityId { get; init; }

    /// <summary>Gets when it is due; null when it was called off or done, or only its day is told.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Gets the day it is due on, where the tool tells no time: it counts until that day ends on the team's clock.</summary>
    public DateOnly? DueOn { get; init; }
}

/// <summary>Whether a person may be written to.</summary>
public enum ConsentState
{
    /// <summary>Nobody has said.</summary>
    Unknown,

    /// <summary>Agreed.</summary>
    OptedIn,

    /// <summary>Withdrew, complained, or the address bounced for good.</summary>
    OptedOut,
}

/// <summary>The person agreed to mail, or withdrew. Never moves a stage.</summary>
public sealed record ConsentChanged : Fact
{
    /// <summary>Gets what holds from now on.</summary>
    public required ConsentState Email { get; init; }
}

/// <summary>What a tool knows of the person. What is null was not part of the change; an empty text clears what the tool itself had said.</summary>
public sealed record ProfileChanged : Fact
{
    /// <summary>Gets what changed.</summary>
    public required LeadProfile Profile { get; init; }

    /// <summary>Gets a value indicating whether the tool has no score any more: a number cannot be empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ScoreCleared { get; init; }
}

/// <summary>The lead is known under these keys too.</summary>
public sealed record IdentitiesLinked : Fact
{
    /// <summary>Gets the keys.</summary>
    public required ImmutableArray<IdentityKey> Keys { get; init; }
}

/// <summary>Another lead turned out to be this one; its facts have been taken over.</summary>
public sealed record LeadsMerged : Fact
{
    /// <summary>Gets the lead that is no more.</summary>
    public required LeadId Merged { get; init; }
}

/// <summary>A tool's record of the person is gone: deleted without a wish to be forgotten, or merged into another. The lead stays as the other tools know it.</summary>
public sealed record RecordDeleted : Fact
{
    /// <summary>Gets the key of the record.</summary>
    public required IdentityKey Record { get; init; }
}

/// <summary>A deleted record of the person is there again.</summary>
public sealed record RecordRestored : Fact
{
    /// <summary>Gets the key of the record.</summary>
    public required IdentityKey Record { get; init; }
}

/// <summary>The person asked to be forgotten. Nothing about them stays but that they do not come back.</summary>
public sealed record PersonErased : Fact;
