using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>Maps events to facts. Pure. Each fact of an event has the event's dedupe key with its own
/// kind after a <c>#</c>.</summary>
public static class FactMapper
{
    private static readonly LeadProfile NothingKnown = new();

    /// <summary>Returns the facts of an event; none for <see cref="SourceEventKind.Ignored"/> and events without a
    /// statement about a lead.</summary>
    /// <param name="source">The enriched event.</param>
    /// <param name="receivedAt">When the delivery arrived, which is the time of an event without one.</param>
    public static IReadOnlyList<Fact> ToFacts(SourceEvent source, string connector, DateTimeOffset receivedAt, string? messageId)
    {
        var about = AboutOf(source);
        var facts = FactsOf(source, new(source, connector, receivedAt, messageId)).OfType<Fact>();
        return about is null && !source.Past
            ? [.. facts]
            :
            [
                .. facts.Select(fact =>
                    fact is RecordDeleted or RecordRestored
                        ? fact
                        : fact with { About = about, ShowsRecord = about is not null && source.ShowsRecord, Past = source.Past }),
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

    private static IEnumerable<Fact?> FactsOf(SourceEvent source, Origin its) => source.Kind switch
    {
        SourceEventKind.Ignored or SourceEventKind.ResyncRequired => [],
        SourceEventKind.ContactPrivacyDeleted => [Erased(its)],
        SourceEventKind.ContactDeleted => Deleted(source.People, "deleted", its),
        _ =>
        [
            .. Deleted(source.Merged, "merged", its),
            .. source.Restored ? Restored(source.People, its) : [],
            Profile(source, its),
            Consent(source, its),
            Booked(source, its),
            Touched(source, its),
            Staged(source, its),
            Deal(source, its),
            Work(source, its),
        ],
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
        DedupeKey = its.Key($"restored{i}"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    });

    private static ProfileChanged? Profile(SourceEvent source, Origin its) =>
        source.DealId is not null || ((source.Profile ?? NothingKnown) == NothingKnown && !source.ScoreCleared) ? null : new()
    {
        Profile = source.Profile ?? NothingKnown, ScoreCleared = source.ScoreCleared,
        DedupeKey = its.Key("profile"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static ConsentChanged? Consent(SourceEvent source, Origin its) => ConsentOf(source.Kind) is not { } consent ? null : new()
    {
        Email = consent,
        DedupeKey = its.Key("consent"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static ActivityBooked? Booked(SourceEvent source, Origin its) => source.Booking is not { } booking ? null : new()
    {
        ActivityId = booking.ActivityId, DueAt = booking.DueAt, DueOn = booking.DueOn,
        DedupeKey = its.Key("booked"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static Fact? Touched(SourceEvent source, Origin its)
    {
        // A booking is not done yet.
        if (source.Kind != SourceEventKind.Activity || source is { Booking: not null, ShowsWork: false })
        {
            return null;
        }

        return source.Touch is { } touch
            ? new CampaignTouched
            {
                Touch = touch, Campaign = source.Campaign, Detail = source.Detail,
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

    private static StageClaimed? Staged(SourceEvent source, Origin its) => !ClaimsStage(source) ? null : new()
    {
        Stage = source.Stage, Raw = source.ToStageRaw,
        DedupeKey = its.Key("stage"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
        MessageId = its.MessageId,
    };

    private static DealChanged? Deal(SourceEvent source, Origin its)
    {
        var status = StatusOf(source);
        return source.DealId is not { } deal || !ChangesDeal(source.Kind) ? null : new()
        {
            DealId = deal, Status = status, Stage = status == DealStatus.Lost ? null : source.Stage, Raw = source.ToStageRaw,
            Amount = source.Amount, Currency = source.Currency, Owner = source.Owner, Cleared = source.Cleared.IsDefaultOrEmpty
                ? default : source.Cleared,
            DedupeKey = its.Key("deal"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
            MessageId = its.MessageId,
        };
    }

    private static Fact? Work(SourceEvent source, Origin its) => source switch
    {
        { ReturnHeld: true } => new ReturnHeld
        {
            Raw = source.ToStageRaw,
            DedupeKey = its.Key("returnHeld"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
            MessageId = its.MessageId,
        },
        { ReturnedReason: { Length: > 0 } reason } => new HandoffReturned
        {
            Reason = reason, Raw = source.ToStageRaw, HubWroteLast = source.HubWroteLast,
            DedupeKey = its.Key("returned"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
            MessageId = its.MessageId,
        },
        { ShowsWork: true } => new HandoffAccepted
        {
            By = source.Owner, Raw = source.ToStageRaw, HubWroteLast = source.HubWroteLast,
            DedupeKey = its.Key("accepted"), Connector = its.Connector, Side = its.Side, OccurredAt = its.At, ReceivedAt = its.ReceivedAt,
            MessageId = its.MessageId,
        },
        _ => null,
    };

    /// <summary>Returns the record of a person's event. A deal's event is about the deal only.</summary>
    private static IdentityKey? AboutOf(SourceEvent source) => source is { DealId: null, People: [var record, ..] } ? record : null;

    /// <summary>Whether the event claims a stage. A deal's own stage belongs to the deal,
    /// unless it is unmapped.</summary>
    private static bool ClaimsStage(SourceEvent source) =>
        source.Unmapped
            || (
                source is { Stage: not null, ToStageRaw: not null }
                    && !ChangesDeal(source.Kind) && source.Kind != SourceEventKind.Activity);

    private static bool ChangesDeal(SourceEventKind kind) =>
        kind is SourceEventKind.DealCreated or SourceEventKind.DealUpdated or SourceEventKind.DealStageChanged
        or SourceEventKind.DealWon or SourceEventKind.DealLost or SourceEventKind.DealDeleted or SourceEventKind.AssociationChanged;

    private static DealStatus? StatusOf(SourceEvent source) => source.Kind switch
    {
        SourceEventKind.DealWon => DealStatus.Won,
        SourceEventKind.DealLost => DealStatus.Lost,
        SourceEventKind.DealDeleted => DealStatus.Deleted,
        _ => source.DealStatus,
    };

    private static ConsentState? ConsentOf(SourceEventKind kind) => kind switch
    {
        SourceEventKind.ConsentSubscribed => ConsentState.OptedIn,
        SourceEventKind.ConsentUnsubscribed or SourceEventKind.ConsentBounced or SourceEventKind.ConsentComplained => ConsentState.OptedOut,
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
