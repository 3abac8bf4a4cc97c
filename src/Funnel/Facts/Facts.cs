using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>One statement of a tool about a lead. A journey is a fold over the set of its facts, so facts never change
/// and their order of arrival does not matter. Stored as JSON whose <c>kind</c> names the type.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(StageClaimed), "stageClaimed")]
[JsonDerivedType(typeof(CampaignTouched), "campaignTouched")]
[JsonDerivedType(typeof(TouchWithdrawn), "touchWithdrawn")]
[JsonDerivedType(typeof(QuestionAsked), "questionAsked")]
[JsonDerivedType(typeof(DealChanged), "dealChanged")]
[JsonDerivedType(typeof(HandoffAccepted), "handoffAccepted")]
[JsonDerivedType(typeof(HandoffReturned), "handoffReturned")]
[JsonDerivedType(typeof(ReturnHeld), "returnHeld")]
[JsonDerivedType(typeof(ActivityLogged), "activityLogged")]
[JsonDerivedType(typeof(ActivityBooked), "activityBooked")]
[JsonDerivedType(typeof(ConsentChanged), "consentChanged")]
[JsonDerivedType(typeof(ProfileChanged), "profileChanged")]
[JsonDerivedType(typeof(IdentitiesLinked), "identitiesLinked")]
[JsonDerivedType(typeof(IdentitiesUnlinked), "identitiesUnlinked")]
[JsonDerivedType(typeof(LeadsMerged), "leadsMerged")]
[JsonDerivedType(typeof(RecordDeleted), "recordDeleted")]
[JsonDerivedType(typeof(RecordRestored), "recordRestored")]
[JsonDerivedType(typeof(PersonErased), "personErased")]
[JsonDerivedType(typeof(FactsSummed), "factsSummed")]
public abstract record Fact
{
    /// <summary>Gets the key that makes two deliveries one fact. Built from the vendor's data
    /// and unique within a lead.</summary>
    public required string DedupeKey { get; init; }

    /// <summary>Gets the connector that reported it.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets the side that the connector speaks for.</summary>
    public required ToolSide Side { get; init; }

    /// <summary>Gets when it happened by the vendor's clock, else when the hub received it. In UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Gets the vendor's own time where it lay ahead of the hub's clock and <see cref="OccurredAt"/> is
    /// bounded; null otherwise. In UTC.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SaidAt { get; init; }

    /// <summary>Gets when the hub received it, in UTC. The journey does not depend on it.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Gets the vendor's own value, such as a raw stage name or an event type; null for none.</summary>
    public string? Raw { get; init; }

    /// <summary>Gets the properties whose values are echoes of the hub's own writes: present in the tool, but not
    /// news. Default for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<PersonProperty> Echoes { get; init; }

    /// <summary>Gets the id of the message that brought it, for explanations; null for the hub's own facts.</summary>
    public string? MessageId { get; init; }

    /// <summary>Whether the fact is an echo for a property.</summary>
    public bool IsEchoOf(PersonProperty property) => !Echoes.IsDefaultOrEmpty && Echoes.Contains(property);

    /// <summary>Gets the person's record that it is about; null for a deal or none. Facts about a record after its
    /// deletion do not count.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IdentityKey? About { get; init; }

    /// <summary>Gets a value indicating whether the tool showed the record itself, which then exists
    /// even after a deletion.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ShowsRecord { get; init; }

    /// <summary>Gets a value indicating whether the hub read it at first meeting: it is older than the
    /// lead and causes no alert.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Past { get; init; }
}

/// <summary>A tool puts the lead on a stage. A null <see cref="Stage"/> is unmapped: it is
/// reported and never guessed.</summary>
public sealed record StageClaimed : Fact
{
    /// <summary>Gets the stage; null when <see cref="Fact.Raw"/> has no mapping.</summary>
    public FunnelStage? Stage { get; init; }
}

/// <summary>The kind of contact with a campaign.</summary>
public enum TouchKind
{
    /// <summary>Visited a page: Awareness at least.</summary>
    PageVisit,

    /// <summary>Sent a form: Interest at least.</summary>
    Form,

    /// <summary>Opened a mail: Interest at least.</summary>
    Open,

    /// <summary>Followed a link: Interest at least.</summary>
    Click,

    /// <summary>Another conversion, such as attended or downloaded: Interest at least.</summary>
    Conversion,
}

/// <summary>The person met a campaign. Never lowers a stage.</summary>
public sealed record CampaignTouched : Fact
{
    public required TouchKind Touch { get; init; }

    /// <summary>Gets the campaign's name or id in the tool; null for none.</summary>
    public string? Campaign { get; init; }

    /// <summary>Gets what the person saw, sent or answered, for a brief; null for none.</summary>
    public string? Detail { get; init; }

    /// <summary>Gets what else the tool says about the campaign; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ToolCampaign? Known { get; init; }

    /// <summary>Gets the tool's own record of the touch, which a <see cref="TouchWithdrawn"/> names; null for
    /// none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TouchId { get; init; }
}

/// <summary>A campaign as a tool describes it, beside its name. Null properties are unknown.</summary>
public sealed record ToolCampaign
{
    /// <summary>Gets the id in the tool.</summary>
    public string? Id { get; init; }

    /// <summary>Gets the type in the tool's words.</summary>
    public string? Type { get; init; }

    /// <summary>Gets the status in the tool's words.</summary>
    public string? Status { get; init; }

    /// <summary>Gets the first day.</summary>
    public DateOnly? Start { get; init; }

    /// <summary>Gets the last day, inclusive.</summary>
    public DateOnly? End { get; init; }

    /// <summary>Gets the channel that the tool's own type stands for; null when it does not say one.</summary>
    public CampaignChannel? Channel { get; init; }
}

/// <summary>A tool took back that the person met a campaign. The touch does not count, whenever it is
/// reported.</summary>
public sealed record TouchWithdrawn : Fact
{
    /// <summary>Gets the tool's own record of the touch (<see cref="CampaignTouched.TouchId"/>).</summary>
    public required string TouchId { get; init; }
}

/// <summary>The person asked something that a team wrote down. Never moves a stage.</summary>
public sealed record QuestionAsked : Fact
{
    /// <summary>The most characters of a question.</summary>
    public const int Longest = 200;

    /// <summary>Gets the question without addresses and phone numbers. Never empty.</summary>
    public required string Text { get; init; }
}

public enum DealStatus
{
    /// <summary>Being worked on: Evaluation at least.</summary>
    Open,

    /// <summary>Won: the first is Commitment, the second Repeat.</summary>
    Won,

    /// <summary>Lost: an outcome, not a stage.</summary>
    Lost,

    /// <summary>Deleted: counts as never seen.</summary>
    Deleted,
}

/// <summary>A deal of the lead changed. Null properties were not part of the change.</summary>
public sealed record DealChanged : Fact
{
    /// <summary>Gets the deal's id in its tool.</summary>
    public required string DealId { get; init; }

    /// <summary>Gets the new status; null when unchanged. A deal without a known status is open.</summary>
    public DealStatus? Status { get; init; }

    /// <summary>Gets the funnel stage mapped from <see cref="Fact.Raw"/>; null when
    /// missing, unmapped or lost.</summary>
    public FunnelStage? Stage { get; init; }

    /// <summary>Gets the amount in major units of <see cref="Currency"/>, as given; null when unchanged.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code; null when unchanged.</summary>
    public string? Currency { get; init; }

    /// <summary>Gets the owner's id or name in the tool; null when unchanged.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets the day on which the tool says it was, or is to be, closed; null when unchanged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? ClosedOn { get; init; }

    /// <summary>Gets why it was lost, without addresses and phone numbers; null when unchanged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LostReason { get; init; }

    /// <summary>Gets the properties that the tool cleared. Default for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<DealProperty> Cleared { get; init; }

    /// <summary>Whether the tool cleared a property.</summary>
    public bool Clears(DealProperty property) => !Cleared.IsDefaultOrEmpty && Cleared.Contains(property);
}

/// <summary>The properties of a deal that a tool can clear.</summary>
public enum DealProperty
{
    Amount,

    Currency,

    Owner,

    ClosedOn,

    LostReason,
}

/// <summary>The receiving team accepted the lead: an owner set, a status moved, a task
/// done, or a deal created.</summary>
public sealed record HandoffAccepted : Fact
{
    /// <summary>Gets who works on it, as the tool names them; null when unknown.</summary>
    public string? By { get; init; }

    /// <summary>Gets a value indicating whether the hub wrote the record last. The fact then shows work
    /// only if its status is new.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HubWroteLast { get; init; }
}

/// <summary>The receiving team gave the lead back.</summary>
public sealed record HandoffReturned : Fact
{
    /// <summary>Gets the reason in the tool's words. Never empty.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets a value indicating whether the hub wrote the record last. The fact is then a return
    /// only if its status is new.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HubWroteLast { get; init; }
}

/// <summary>The receiving team gave the lead back without a reason. It takes effect once they give one.</summary>
public sealed record ReturnHeld : Fact;

/// <summary>Somebody worked on the lead, such as a call, a meeting or a note.</summary>
public sealed record ActivityLogged : Fact
{
    public string? Summary { get; init; }
}

/// <summary>A next activity was booked, moved or cancelled. While one lies ahead, the stall clock stops.</summary>
public sealed record ActivityBooked : Fact
{
    /// <summary>Gets the activity's id in its tool, which identifies a moved activity.</summary>
    public required string ActivityId { get; init; }

    /// <summary>Gets when it is due; null when it was cancelled or done, or has only a day.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Gets the day it is due, for activities without a time. It counts until the day
    /// ends on the team's clock.</summary>
    public DateOnly? DueOn { get; init; }
}

/// <summary>Whether a person may be mailed.</summary>
public enum ConsentState
{
    Unknown,

    OptedIn,

    /// <summary>Withdrew, complained, or the address bounced for good.</summary>
    OptedOut,
}

/// <summary>The person agreed to mail, or withdrew. Never moves a stage.</summary>
public sealed record ConsentChanged : Fact
{
    public required ConsentState Email { get; init; }
}

/// <summary>A tool's profile of the person changed. Null properties are unchanged; an empty text
/// clears the tool's own value.</summary>
public sealed record ProfileChanged : Fact
{
    /// <summary>Gets the changed properties.</summary>
    public required LeadProfile Profile { get; init; }

    /// <summary>Gets a value indicating whether the tool cleared the score.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ScoreCleared { get; init; }
}

/// <summary>The lead is known under further keys.</summary>
public sealed record IdentitiesLinked : Fact
{
    public required ImmutableArray<IdentityKey> Keys { get; init; }
}

/// <summary>The lead is no longer known under these keys, because an address now belongs to another person.</summary>
public sealed record IdentitiesUnlinked : Fact
{
    public required ImmutableArray<IdentityKey> Keys { get; init; }
}

/// <summary>Another lead is the same person; its facts were moved here.</summary>
public sealed record LeadsMerged : Fact
{
    /// <summary>Gets the lead that was merged into this one.</summary>
    public required LeadId Merged { get; init; }
}

/// <summary>A tool's record of the person was deleted or merged into another. The lead stays as
/// the other tools know it.</summary>
public sealed record RecordDeleted : Fact
{
    public required IdentityKey Record { get; init; }
}

/// <summary>A deleted record of the person exists again.</summary>
public sealed record RecordRestored : Fact
{
    public required IdentityKey Record { get; init; }
}

/// <summary>A fact that this build cannot read, because a newer one wrote it. It is stored and moved as it is, and the
/// fold ignores it.</summary>
public sealed record UnknownFact : Fact
{
    /// <summary>Gets the name of its kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Gets the whole fact as it is stored.</summary>
    public required string Json { get; init; }
}

/// <summary>The person asked to be erased. Only this fact stays, so that they do not come back.</summary>
public sealed record PersonErased : Fact;
