using System.Text.Json.Serialization;

namespace IntegrationHub.Connectors.Events;

/// <summary>What kinds of events tools tell of.</summary>
public enum SourceEventKind
{
    /// <summary>A person's record is new.</summary>
    [JsonStringEnumMemberName("contact.created")]
    ContactCreated,

    /// <summary>A person's record changed, but for its stage.</summary>
    [JsonStringEnumMemberName("contact.updated")]
    ContactUpdated,

    /// <summary>A person's record is gone.</summary>
    [JsonStringEnumMemberName("contact.deleted")]
    ContactDeleted,

    /// <summary>The person asked to be forgotten.</summary>
    [JsonStringEnumMemberName("contact.privacyDeleted")]
    ContactPrivacyDeleted,

    /// <summary>Records became one.</summary>
    [JsonStringEnumMemberName("contact.merged")]
    ContactMerged,

    /// <summary>The person has another address.</summary>
    [JsonStringEnumMemberName("identity.emailChanged")]
    EmailChanged,

    /// <summary>The person agreed to mail.</summary>
    [JsonStringEnumMemberName("consent.subscribed")]
    ConsentSubscribed,

    /// <summary>The person withdrew.</summary>
    [JsonStringEnumMemberName("consent.unsubscribed")]
    ConsentUnsubscribed,

    /// <summary>Mail to the person bounces for good.</summary>
    [JsonStringEnumMemberName("consent.bounced")]
    ConsentBounced,

    /// <summary>The person complained of mail.</summary>
    [JsonStringEnumMemberName("consent.complained")]
    ConsentComplained,

    /// <summary>The person met a campaign.</summary>
    [JsonStringEnumMemberName("activity")]
    Activity,

    /// <summary>The person's record is on another stage.</summary>
    [JsonStringEnumMemberName("stage.changed")]
    StageChanged,

    /// <summary>A deal is new.</summary>
    [JsonStringEnumMemberName("deal.created")]
    DealCreated,

    /// <summary>A deal changed, but for its stage.</summary>
    [JsonStringEnumMemberName("deal.updated")]
    DealUpdated,

    /// <summary>A deal is on another stage and still open.</summary>
    [JsonStringEnumMemberName("deal.stageChanged")]
    DealStageChanged,

    /// <summary>A deal was won.</summary>
    [JsonStringEnumMemberName("deal.won")]
    DealWon,

    /// <summary>A deal was lost.</summary>
    [JsonStringEnumMemberName("deal.lost")]
    DealLost,

    /// <summary>A deal's record is gone.</summary>
    [JsonStringEnumMemberName("deal.deleted")]
    DealDeleted,

    /// <summary>A person and a deal belong together, or no longer do.</summary>
    [JsonStringEnumMemberName("association.changed")]
    AssociationChanged,

    /// <summary>The tool has lost track of what changed: the record is to be read again.</summary>
    [JsonStringEnumMemberName("resync.required")]
    ResyncRequired,

    /// <summary>Nothing the hub needs. Counted, not parked.</summary>
    [JsonStringEnumMemberName("ignored")]
    Ignored,
}
