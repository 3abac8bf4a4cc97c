using System.Text.Json.Serialization;

namespace IntegrationHub.Connectors.Events;

/// <summary>The kinds of tools' events.</summary>
public enum SourceEventKind
{
    [JsonStringEnumMemberName("contact.created")]
    ContactCreated,

    /// <summary>A person's record changed, except its stage.</summary>
    [JsonStringEnumMemberName("contact.updated")]
    ContactUpdated,

    [JsonStringEnumMemberName("contact.deleted")]
    ContactDeleted,

    /// <summary>The person asked to be erased.</summary>
    [JsonStringEnumMemberName("contact.privacyDeleted")]
    ContactPrivacyDeleted,

    /// <summary>Records of persons were merged.</summary>
    [JsonStringEnumMemberName("contact.merged")]
    ContactMerged,

    /// <summary>The person's address changed.</summary>
    [JsonStringEnumMemberName("identity.emailChanged")]
    EmailChanged,

    /// <summary>The person agreed to mail.</summary>
    [JsonStringEnumMemberName("consent.subscribed")]
    ConsentSubscribed,

    /// <summary>The person opted out.</summary>
    [JsonStringEnumMemberName("consent.unsubscribed")]
    ConsentUnsubscribed,

    /// <summary>Mail to the person bounces permanently.</summary>
    [JsonStringEnumMemberName("consent.bounced")]
    ConsentBounced,

    /// <summary>The person complained about mail.</summary>
    [JsonStringEnumMemberName("consent.complained")]
    ConsentComplained,

    /// <summary>The person met a campaign.</summary>
    [JsonStringEnumMemberName("activity")]
    Activity,

    /// <summary>The person's record moved to another stage.</summary>
    [JsonStringEnumMemberName("stage.changed")]
    StageChanged,

    [JsonStringEnumMemberName("deal.created")]
    DealCreated,

    /// <summary>A deal changed, except its stage.</summary>
    [JsonStringEnumMemberName("deal.updated")]
    DealUpdated,

    /// <summary>A deal moved to another stage and is still open.</summary>
    [JsonStringEnumMemberName("deal.stageChanged")]
    DealStageChanged,

    [JsonStringEnumMemberName("deal.won")]
    DealWon,

    [JsonStringEnumMemberName("deal.lost")]
    DealLost,

    [JsonStringEnumMemberName("deal.deleted")]
    DealDeleted,

    /// <summary>A person and a deal were linked or unlinked.</summary>
    [JsonStringEnumMemberName("association.changed")]
    AssociationChanged,

    /// <summary>The tool does not know what changed; the record must be read again.</summary>
    [JsonStringEnumMemberName("resync.required")]
    ResyncRequired,

    /// <summary>The hub does not read it. Counted, not parked.</summary>
    [JsonStringEnumMemberName("ignored")]
    Ignored,
}
