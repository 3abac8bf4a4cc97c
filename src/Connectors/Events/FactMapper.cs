using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>Maps events to facts. Pure. Each fact of an event has the event's dedupe key with its own
/// kind after a <c>#</c>.</summary>
public static class FactMapper
{
    private const int LongestReason = 200;

    private static readonly LeadProfile NothingKnown = new();

    /// <summary>Returns the facts of an event; none for events without a statement about a lead.</summary>
    /// <param name="source">The enriched event.</param>
    /// <param name="receivedAt">When the delivery arrived, which is the time of an event without one.</param>
    public static IReadOnlyList<Fact> ToFacts(SourceEvent source, string connector, DateTimeOffset receivedAt, string? messageId)
    {
        // A deal's event is about the deal only.
        var about = source is PersonEvent { People: [var record, ..] } ? record : null;
        var isPast = source is LeadEvent { Past: true };
        var facts = FactsOf(source, new(source, connector, receivedAt, messageId)).OfType<Fact>()
            .Select(fact => source.SaidAt is null ? fact : fact with { SaidAt = source.SaidAt });
        return about is null && !isPast
            ? [.. facts]
            :
            [
                .. facts.Select(fact =>
                    fact is RecordDeleted or RecordRestored
                        ? fact
                        : fact with { About = about, ShowsRecord = source is PersonEvent { ShowsRecord: true }, Past = isPast }),
            ];
    }

    /// <summary>Returns the fact that links a person's keys. Its key is the same for every repetition.</summary>
    public static IdentitiesLinked ToIdentities(
        IReadOnlyCollection<IdentityKey> keys, SourceEvent source, string connector, DateTimeOffset receivedAt, string? messageId) =>
        new IdentitiesLinked
        {
            Keys = [.. keys],
            DedupeKey = $"identities|{string.Join('|', keys.Select(key => key.Canonical).Order(StringComparer.Ordinal))}",
            Connector = connector, Side = source.Side, OccurredAt = source.OccurredAt
                ?? receivedAt, ReceivedAt = receivedAt, MessageId = messageId,
        };

    private static IEnumerable<Fact?> FactsOf(SourceEvent source, Origin its) => source switch
    {
        PrivacyDeletedEvent => [Erased(its)],
        ContactDeletedEvent => Deleted(source.People, "deleted", its),
        PersonEvent person => OfPerson(person, its),
        DealChangedEvent deal =>
        [
            Unmapped(deal, its), Deal(deal, its), deal.ShowsWork ? Accepted(deal.Owner, deal.ToStageRaw, false, its) : null,
        ],
        AssociationAddedEvent joined => [Unmapped(joined, its), Deal(joined, its)],
        DealDeletedEvent or AssociationRemovedEvent => [DealGone((DealEvent)source, its)],
        RelationChangedEvent or ResyncEvent or IgnoredEvent or UnreadEvent or UnreadableEvent => [],
        _ => throw new InvalidOperationException($"Unknown event {source.GetType().Name}."),
    };

    private static IEnumerable<Fact?> OfPerson(PersonEvent source, Origin its) =>
    [
        .. source is ContactMergedEvent merge ? Deleted(merge.Merged, "merged", its) : [],
        .. source.Restored ? Restored(source.People, its) : [],
        Profile(source, its),
        .. NewsOf(source, its),
    ];

    /// <summary>Returns what only this kind of a person's event says.</summary>
    private static IEnumerable<Fact?> NewsOf(PersonEvent source, Origin its) => source switch
    {
        ContactCreatedEvent created => [created.ToStageRaw is { } raw ? Staged(created.Stage, raw, its) : null],
        ContactUpdatedEvent updated =>
        [
            Booked(updated.Booking, its), updated.ShowsWork ? Accepted(updated.Owner, null, updated.HubWroteLast, its) : null,
        ],
        StageChangedEvent moved =>
        [
            Staged(moved.Stage, moved.ToStageRaw, its),
            moved.ShowsWork ? Accepted(moved.Owner, moved.ToStageRaw, moved.HubWroteLast, its) : null,
        ],
        HandoffReturnedEvent returned => [Returned(returned, its)],
        ConsentChangedEvent consent => [Consent(consent, its)],
        ActivityEvent activity =>
        [
            Booked(activity.Booking, its), Touched(activity, its), activity.ShowsWork ? Accepted(activity.Owner, null, false, its) : null,
            .. activity.Questions.Select(question => Asked(question, its)),
        ],
        TouchWithdrawnEvent withdrawn => [Withdrawn(withdrawn, its)],
        EmailChangedEvent or ContactMergedEvent => [],
        _ => throw new InvalidOperationException($"Unknown event {source.GetType().Name}."),
    };

    private static PersonErased Erased(Origin its) => new()
    {
        DedupeKey = its.Key("erased"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static IEnumerable<RecordDeleted> Deleted(IEnumerable<IdentityKey> records, string kind, Origin its) =>
        records.Select((record, i) => new RecordDeleted
        {
            Record = record,
            DedupeKey = its.Key($"{kind}{i}"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
            MessageId = its.MessageId,
        });

    private static IEnumerable<RecordRestored> Restored(IEnumerable<IdentityKey> records, Origin its) =>
        records.Select((record, i) => new RecordRestored
        {
            Record = record,
            DedupeKey = its.Key($"restored{i}"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At,
            ReceivedAt = its.ReceivedAt, MessageId = its.MessageId,
        });

    private static ProfileChanged? Profile(PersonEvent source, Origin its)
    {
        var profile = source.Profile ?? NothingKnown;
        var isScoreCleared = source is ContactUpdatedEvent { ScoreCleared: true };
        return profile == NothingKnown && !isScoreCleared ? null : new()
        {
            Profile = profile, ScoreCleared = isScoreCleared,
            DedupeKey = its.Key("profile"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
            MessageId = its.MessageId,
        };
    }

    private static ConsentChanged Consent(ConsentChangedEvent source, Origin its) => new()
    {
        Email = source.Consent == MailConsent.Subscribed ? ConsentState.OptedIn : ConsentState.OptedOut,
        DedupeKey = its.Key("consent"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static ActivityBooked? Booked(Booking? booking, Origin its) => booking is null ? null : new()
    {
        ActivityId = booking.ActivityId, DueAt = booking.DueAt, DueOn = booking.DueOn,
        DedupeKey = its.Key("booked"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static Fact? Touched(ActivityEvent source, Origin its)
    {
        // A booking is not done yet.
        if (source is { Booking: not null, ShowsWork: false })
        {
            return null;
        }

        return source.Touch is { } touch
            ? new CampaignTouched
            {
                Touch = touch, Campaign = source.Campaign, Detail = source.Detail, Known = source.Known, TouchId = source.TouchId,
                DedupeKey = its.Key("touch"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
                MessageId = its.MessageId,
            }
            : new ActivityLogged
            {
                Summary = source.Detail,
                DedupeKey = its.Key("activity"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At,
                ReceivedAt = its.ReceivedAt, MessageId = its.MessageId,
            };
    }

    /// <summary>Returns a question, whose key is the same however often its activity is read.</summary>
    private static QuestionAsked? Asked(AskedQuestion question, Origin its) =>
        CleanText.Of(question.Text, QuestionAsked.Longest) is not { } text ? null : new()
        {
            Text = text,
            DedupeKey = $"{its.Connector}|asked|{question.ActivityId}|{UnreadableEvent.Fingerprint(question.Text)}",
            Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt, MessageId = its.MessageId,
        };

    private static TouchWithdrawn Withdrawn(TouchWithdrawnEvent source, Origin its) => new()
    {
        TouchId = source.TouchId,
        DedupeKey = its.Key("withdrawn"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static StageClaimed Staged(FunnelStage? stage, string raw, Origin its) => new()
    {
        Stage = stage, Raw = raw,
        DedupeKey = its.Key("stage"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    /// <summary>Returns the claim of a deal's unmapped stage. A mapped one belongs to the deal.</summary>
    private static StageClaimed? Unmapped(DealStateEvent source, Origin its) =>
        source is { Unmapped: true, ToStageRaw: { } raw } ? Staged(null, raw, its) : null;

    private static DealChanged Deal(DealStateEvent source, Origin its) => new()
    {
        DealId = source.DealId, Status = source.Status, Stage = source.Status == DealStatus.Lost ? null : source.Stage,
        Raw = source.ToStageRaw, Amount = source.Amount, Currency = source.Currency, Owner = source.Owner,
        ClosedOn = source.ClosedOn, LostReason = CleanText.Of(source.LostReason, LongestReason),
        Cleared = source.Cleared.IsDefaultOrEmpty ? default : source.Cleared,
        DedupeKey = its.Key("deal"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static DealChanged DealGone(DealEvent source, Origin its) => new()
    {
        DealId = source.DealId, Status = DealStatus.Deleted,
        DedupeKey = its.Key("deal"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static HandoffAccepted Accepted(string? by, string? raw, bool hubWroteLast, Origin its) => new()
    {
        By = by, Raw = raw, HubWroteLast = hubWroteLast,
        DedupeKey = its.Key("accepted"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static Fact? Returned(HandoffReturnedEvent source, Origin its) => source switch
    {
        { IsHeld: true } => new ReturnHeld
        {
            Raw = source.ToStageRaw,
            DedupeKey = its.Key("returnHeld"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
            MessageId = its.MessageId,
        },
        { Reason: { Length: > 0 } given } when CleanText.Of(given) is { Length: > 0 } reason => new HandoffReturned
        {
            Reason = reason, Raw = source.ToStageRaw, HubWroteLast = source.HubWroteLast,
            DedupeKey = its.Key("returned"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
            MessageId = its.MessageId,
        },
        _ => null,
    };

    /// <summary>The common part of an event's facts.</summary>
    private sealed record Origin(SourceEvent Source, string Connector, DateTimeOffset ReceivedAt, string? MessageId)
    {
        public ToolSide Side => Source.Side;

        public DateTimeOffset At => Source.OccurredAt ?? ReceivedAt;

        public string Key(string kind) => $"{Source.DedupeKey}#{kind}";
    }
}
